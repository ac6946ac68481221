namespace Understudy.Bench.Proxies;

/// <summary>A proxy that can be measured.</summary>
interface IProxy
{
    string Name { get; }

    /// <summary>What `--version` or the like says, in one line.</summary>
    string Version(Children children);

    /// <summary>Makes a new folder with all its files, and names the command that serves at 127.0.0.1:port from it, in the foreground.</summary>
    /// <param name="concurrency">Requests that one worker takes at a time.</param>
    ProxyCommand Prepare(string folder, int port, IReadOnlyList<Upstream> upstreams, int concurrency);
}
