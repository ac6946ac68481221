using System.Globalization;

namespace Understudy.Lab.Harness;

/// <summary>A real PostgreSQL on a free loopback port, with a cluster of its own. It refuses to run as root, so it runs as the package's user.</summary>
sealed class Postgres : IAsyncDisposable
{
    const string User = "postgres";

    readonly LabFolder _folder = new();
    readonly int _port = Kernel.FreePort();
    Started? _server;

    public string Url => $"postgres://shop@127.0.0.1:{_port}/postgres";

    string Data => _folder["data"];

    public static async Task<Postgres> Start()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderBy(folder => double.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).LastOrDefault()
            : null;
        Prerequisite.Needs(programs is not null && Environment.IsPrivilegedProcess, "PostgreSQL is not installed, or this is not root");
        var postgres = new Postgres();
        try
        {
            Directory.CreateDirectory(postgres.Data);
            await Started.Well(10.Seconds(), "chown", [User, postgres.Data]);
            await Started.Well(120.Seconds(), "setpriv", AsUser($"{programs}/bin/initdb", "-D", postgres.Data, "-U", "shop", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"), postgres.Data);
            postgres._server = new Started("setpriv", AsUser($"{programs}/bin/postgres", "-D", postgres.Data, "-p", $"{postgres._port}",
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"), postgres.Data);
            await Eventually.Until("PostgreSQL accepts connections", 60.Seconds(), async () =>
            {
                using var ready = new Started($"{programs}/bin/pg_isready", ["-q", "-h", "127.0.0.1", "-p", $"{postgres._port}"]);
                return await ready.Exit(10.Seconds()) == 0;
            });
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asked to end, so that it takes its shared memory with it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is { Ended: false })
        {
            Kernel.Interrupt(_server.Process.Id);
            await _server.Exit(30.Seconds());
        }
        _server?.Dispose();
        _folder.Dispose();
    }

    static IEnumerable<string> AsUser(params string[] command) => ["--reuid", User, "--regid", User, "--clear-groups", .. command];
}
