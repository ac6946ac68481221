using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Fleet;

/// <summary>Runs this host's etcd: adopts the one that runs, starts it, ends it, and ends one that stands still. When it is to run is not decided here.</summary>
sealed class EtcdKeeper(Paths paths, IOwnership ownership, ProcessExits exits, EventLog events, TimeProvider time)
{
    /// <summary>Its name among the owned processes.</summary>
    public const string Id = "etcd";

    public const string Program = "etcd";

    /// <summary>Who it runs as where the agent is root.</summary>
    const string UserName = "understudy-etcd";

    /// <summary>A living one that has answered nothing for so long is ended: it is stopped, or stuck, and the others wait for its part.</summary>
    static readonly TimeSpan FrozenAfter = TimeSpan.FromSeconds(10);

    static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(5);
    static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    readonly Lock _gate = new();
    TimeSpan _startedAt;
    TimeSpan _pause;
    TimeSpan? _silentSince;
    int _watched;

    /// <summary>Where the host has it. Null: it has none.</summary>
    public static string? Binary() => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':')
        .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    /// <summary>Such as 3.5.13. Null: this host has none, or it does not say.</summary>
    public static string? Version()
    {
        if (Binary() is not { } binary)
            return null;
        try
        {
            var said = "";
            new Tool(binary, ["--version"]) { Folder = "/", Within = TimeSpan.FromSeconds(10) }.Run(output => said = new StreamReader(output).ReadToEnd(), CancellationToken.None);
            return said.Split('\n')[0].Split(':') is [_, var version] ? version.Trim() : null;
        }
        catch (ToolMissing)
        {
            return null;
        }
    }

    public bool Running => ownership.Processes(Id, 0).Count > 0;

    public bool HasData => Directory.Exists(Path.Combine(Data, "member"));

    string Data => Path.Combine(paths.Etcd, "data");

    /// <summary>What it said last.</summary>
    public string LastLines => LogTail.Last(paths.EtcdLog, 5);

    /// <param name="cluster">Every member's name and peer address, as etcd wants them; of no meaning where it has data.</param>
    /// <param name="founding">It begins the cluster.</param>
    /// <returns>False: it was started, or failed, only just now.</returns>
    public bool Start(FleetFile fleet, string cluster, bool founding)
    {
        lock (_gate)
        {
            if (Running || BootClock.Now < _startedAt + _pause)
                return false;
            // One that ends again and again is started ever less often; one that has run for a while starts from the shortest pause.
            _pause = BootClock.Now - _startedAt > LongestPause * 2 || _startedAt == default ? Pause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
            (_startedAt, _silentSince) = (BootClock.Now, null);
            try
            {
                var pid = Spawn.Start(Spec(fleet, cluster, founding));
                events.Add("etcd.started", $"etcd, pid {pid}, was started on {fleet.StoreAddress.Authority}{(founding ? ": it begins the fleet's store" : "")}");
                Watch(pid);
                return true;
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception or OperationRefused)
            {
                events.Add("etcd.failed", $"etcd cannot be started: {refused.Message}");
                return false;
            }
        }
    }

    /// <summary>Told at each look whether it answers.</summary>
    public void Observe(bool answers)
    {
        lock (_gate)
        {
            var living = ownership.Processes(Id, 0);
            foreach (var pid in living)
                Watch(pid);
            if (answers || living.Count == 0)
                _silentSince = null;
            else if (BootClock.Now - (_silentSince ??= BootClock.Now) >= FrozenAfter && BootClock.Now - _startedAt >= LongestPause)
            {
                events.Add("etcd.killed", $"etcd, pid {string.Join(", ", living)}, has answered nothing for {FrozenAfter.TotalSeconds:0} s: killed, to be started again");
                ownership.Kill(Id, 0);
                _silentSince = null;
            }
        }
    }

    /// <summary>Asks it to end, and kills it at its deadline.</summary>
    /// <returns>False: the kernel holds it, and it does not end even when killed.</returns>
    public async Task<bool> Stop()
    {
        ownership.Signal(Id, 0, Signal.Term);
        var deadline = BootClock.Now + StopsWithin;
        while (Running)
        {
            if (BootClock.Now > deadline + DiesWithin)
            {
                events.Add("etcd.stuck", $"etcd, pid {string.Join(", ", ownership.Processes(Id, 0))}, was killed and has not ended within {DiesWithin.TotalSeconds:0} s: the kernel holds it (state D?); look at the host's disk");
                return false;
            }
            if (BootClock.Now > deadline)
                ownership.Kill(Id, 0);
            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
        }
        ownership.Release(Id);
        return true;
    }

    /// <summary>Removes what it kept.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            Files.RemoveTree(Data);
            (_startedAt, _pause) = (default, default);
        }
    }

    /// <summary>Makes data of a cluster of this host alone, with an id that no other has, from a snapshot or from what there is. It must not run.</summary>
    /// <exception cref="OperationRefused">It cannot be done; what there is stays.</exception>
    public void Restore(FleetFile fleet, string? snapshot)
    {
        var from = snapshot ?? Path.Combine(Data, "member", "snap", "db");
        if (!File.Exists(from))
            throw new OperationRefused($"this host keeps nothing of the store ({from} is not there): recover on one that does, or from a snapshot with --from");
        var fresh = Path.Combine(paths.Fleet, "restored");
        Files.RemoveTree(fresh);
        var tool = new Tool("etcdctl",
        [
            "snapshot", "restore", from, "--skip-hash-check", "--data-dir", fresh, "--name", fleet.Host, "--initial-cluster", $"{fleet.Host}={Text(fleet.PeerAddress)}",
            "--initial-cluster-token", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)), "--initial-advertise-peer-urls", Text(fleet.PeerAddress),
        ])
        { Folder = "/", Within = TimeSpan.FromMinutes(2), Env = new Dictionary<string, string?> { ["ETCDCTL_API"] = "3" } };
        try
        {
            var end = tool.Run(output => output.CopyTo(Stream.Null), CancellationToken.None);
            if (!end.Good)
                throw new OperationRefused($"{from} cannot be restored: {end.Errors.Trim()}");
        }
        catch (ToolMissing missing)
        {
            throw new OperationRefused($"{missing.Message}: apt install etcd-client");
        }
        if (Prepare() is { } name && Users.Find(name) is { } user)
        {
            Users.Give(fresh, user);
            foreach (var path in Directory.EnumerateFileSystemEntries(fresh, "*", SearchOption.AllDirectories))
                Users.Give(path, user);
        }
        lock (_gate)
        {
            // The old data stay until the new ones are whole; whoever dies between the two starts without, and is added anew.
            Files.RemoveTree(Data);
            Directory.Move(fresh, Data);
            (_startedAt, _pause) = (default, default);
        }
    }

    void Watch(int pid)
    {
        if (pid == _watched || PidFd.Open(pid) is not { } process)
            return;
        _watched = pid;
        exits.Watch(process, status => events.Add("etcd.ended", $"etcd, pid {pid}, ended: {status?.ToString() ?? "exit code unknown: it was adopted"}"));
    }

    ExecSpec Spec(FleetFile fleet, string cluster, bool founding)
    {
        var binary = Binary() ?? throw new OperationRefused("this host has no etcd: install it (apt install etcd-server)");
        var user = Prepare();
        var (client, peer) = (Text(fleet.StoreAddress), Text(fleet.PeerAddress));
        var (own, authority) = (Path.Combine(paths.Etcd, "host.pem"), Path.Combine(paths.Etcd, "ca.pem"));
        return new ExecSpec
        {
            Command =
            [
                binary, "--name", fleet.Host, "--data-dir", Data, "--logger", "zap", "--log-level", "warn",
                "--heartbeat-interval", "50", "--election-timeout", "500",
                "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", cluster, "--initial-cluster-state", founding ? "new" : "existing",
                "--cert-file", own, "--key-file", own, "--trusted-ca-file", authority, "--client-cert-auth",
                "--peer-cert-file", own, "--peer-key-file", own, "--peer-trusted-ca-file", authority, "--peer-client-cert-auth",
                "--auto-compaction-mode", "periodic", "--auto-compaction-retention", "1h",
            ],
            Folder = "/",
            Env = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [MarkerOwnership.Marker] = $"{Ownership.KeyOf(paths)}/{Id}" },
            Cgroup = ownership.Prepare(Id),
            OutOfMemoryScore = SelfProtection.OutOfMemoryScore,
            User = user,
            Log = paths.EtcdLog,
        };
    }

    /// <summary>Its folder, with its own copy of this host's papers; to be called again when they are renewed, for etcd reads them at each handshake.</summary>
    /// <returns>Who it runs as; null: as the agent does.</returns>
    public string? Prepare()
    {
        Files.MakePrivateFolder(paths.Etcd);
        Files.MakePrivateFolder(Data);
        Directory.CreateDirectory(paths.Logs);
        var user = Users.IsRoot ? SystemUser.Have(UserName, paths.Etcd, "etcd") : null;
        foreach (var (from, name) in ((string, string)[])[(FleetPapers.CertificatePath(paths), "host.pem"), (FleetPapers.AuthorityPath(paths), "ca.pem")])
        {
            var fresh = Path.Combine(paths.Etcd, name + ".fresh");
            Files.Replace(fresh, File.ReadAllBytes(from));
            if (user is not null)
                Users.Give(fresh, user);
            File.Move(fresh, Path.Combine(paths.Etcd, name), overwrite: true);
        }
        if (user is not null)
        {
            Users.Give(paths.Etcd, user);
            Users.Give(Data, user);
        }
        return user?.Name;
    }

    static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
