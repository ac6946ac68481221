using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>PostgreSQL and Redis of a lab, outside its hosts: the machine's own, on its address among them. An app is told of them as everywhere, by DATABASE_URL and REDIS_URL.</summary>
sealed class LabServices(LabPlace place)
{
    public const string Postgres = "postgres", Redis = "redis";

    const int PostgresPort = 5432, RedisPort = 6379;

    static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    string Folder => Path.Combine(place.Folder, "services");

    string Group => Path.Combine(place.Cgroup!, "services");

    string Data => Path.Combine(Folder, Postgres);

    /// <summary>Starts them, and returns what an app's environment says of them once they take connections.</summary>
    /// <exception cref="OperationRefused">One is not installed, or does not start.</exception>
    public async Task<IReadOnlyDictionary<string, string>> Start(IReadOnlyCollection<string> names)
    {
        var env = new Dictionary<string, string>();
        if (names.Count == 0)
            return env;
        Files.MakePassage(Folder);
        Directory.CreateDirectory(Group);
        if (names.Contains(Postgres))
            env["DATABASE_URL"] = await StartPostgres();
        if (names.Contains(Redis))
            env["REDIS_URL"] = await StartRedis();
        return env;
    }

    /// <summary>Ends and removes them. Fine where nothing is.</summary>
    public async Task Remove()
    {
        if (place.Cgroup is null || !Directory.Exists(Group))
            return;
        // Asked to end, so that it takes its shared memory with it.
        if (File.Exists(Path.Combine(Data, "postmaster.pid")) && int.TryParse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture, out var pid)
            && LabProcesses.In(Group).Contains(pid) && PidFd.Open(pid) is { } postmaster)
        {
            using (postmaster)
                postmaster.Send(Signal.Int);
            var deadline = BootClock.Now + StopsWithin;
            while (LabProcesses.In(Group).Contains(pid) && BootClock.Now < deadline)
                await Task.Delay(50);
        }
        await LabProcesses.KillGroup(Group);
        Cgroups.Remove(Group);
        Files.RemoveTree(Folder);
    }

    async Task<string> StartPostgres()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderBy(folder => double.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).LastOrDefault()
            : null;
        if (programs is null || Users.Find("postgres") is not { } user)
            throw new OperationRefused("this machine has no PostgreSQL for the lab: apt install postgresql, then systemctl disable --now postgresql (the lab runs its own)");
        var password = Password();
        var secret = Path.Combine(Folder, "postgres.password");
        Files.Replace(secret, System.Text.Encoding.ASCII.GetBytes(password));
        Users.Give(secret, user);
        Directory.CreateDirectory(Data);
        Users.Give(Data, user);
        var made = new Tool("setpriv",
        [
            "--reuid", user.Name, "--regid", user.Name, "--clear-groups",
            $"{programs}/bin/initdb", "-D", Data, "-U", "lab", "--auth=scram-sha-256", $"--pwfile={secret}", "--no-sync", "--encoding=UTF8", "--locale=C",
        ])
        { Folder = "/", Within = StartsWithin }.Run(output => output.CopyTo(Stream.Null), CancellationToken.None);
        if (!made.Good)
            throw new OperationRefused($"initdb failed: {made.Errors.Trim()}");
        File.Delete(secret);
        File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), $"host all all {place.Gateway}/24 scram-sha-256\n");
        await Run(user.Name, PostgresPort, $"{programs}/bin/postgres", "-D", Data, "-p", $"{PostgresPort}", "-c", $"listen_addresses={place.Gateway}", "-c", "unix_socket_directories=");
        return $"postgres://lab:{password}@{place.Gateway}:{PostgresPort}/postgres";
    }

    async Task<string> StartRedis()
    {
        const string program = "/usr/bin/redis-server";
        if (!File.Exists(program) || Users.Find("redis") is not { } user)
            throw new OperationRefused("this machine has no Redis for the lab: apt install redis-server, then systemctl disable --now redis-server (the lab runs its own)");
        var (password, folder) = (Password(), Path.Combine(Folder, Redis));
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "redis.conf");
        Files.Replace(configuration, System.Text.Encoding.ASCII.GetBytes($"bind {place.Gateway}\nport {RedisPort}\nrequirepass {password}\ndir {folder}\nsave \"\"\n"));
        Users.Give(configuration, user);
        Users.Give(folder, user);
        await Run(user.Name, RedisPort, program, configuration);
        return $"redis://:{password}@{place.Gateway}:{RedisPort}/0";
    }

    /// <summary>Starts it, and returns once it takes connections.</summary>
    async Task Run(string user, int port, params string[] command)
    {
        var log = Path.Combine(Folder, Path.GetFileName(command[0]) + ".log");
        var pid = Spawn.Start(new ExecSpec
        {
            Command = command,
            Folder = "/",
            Env = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["LC_ALL"] = "C" },
            Cgroup = Group,
            User = user,
            Log = log,
        });
        var (deadline, entered) = (BootClock.Now + StartsWithin, false);
        while (!await Takes(new IPEndPoint(IPAddress.Parse(place.Gateway), port)))
        {
            var there = LabProcesses.In(Group).Contains(pid);
            entered |= there;
            if ((entered && !there) || BootClock.Now > deadline)
                throw new OperationRefused($"{Path.GetFileName(command[0])} does not take connections on {place.Gateway}:{port}: {(File.Exists(log) ? string.Join(' ', File.ReadLines(log).TakeLast(3)) : "it said nothing")}");
            await Task.Delay(100);
        }
    }

    static async Task<bool> Takes(IPEndPoint at)
    {
        using var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static string Password() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
