namespace Understudy.Bench.Proxies;

/// <summary>Debian's haproxy with one thread, as a careful operator sets it: real health checks, retries, and sessions ended on mark-down.</summary>
sealed class Haproxy : IProxy
{
    static readonly Dictionary<string, string> None = [];

    public string Name => "haproxy";

    public string Version(Children children) => children.Run(["haproxy", "-v"], TimeSpan.FromSeconds(10)).Split('\n')[0].Split(" - ")[0];

    public ProxyCommand Prepare(string folder, int port, IReadOnlyList<Upstream> upstreams, int concurrency)
    {
        var file = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(file, $"""
            global
              nbthread 1
              maxconn 8192
            defaults
              mode http
              maxconn 8192
              timeout connect 1s
              timeout client 60s
              timeout server 30s
              timeout queue 10s
              timeout check 500ms
              retries 3
              retry-on all-retryable-errors
              option redispatch 1
              option forwardfor
              http-reuse always
            frontend public
              bind 127.0.0.1:{port}
              http-request set-header X-Forwarded-Proto http
              default_backend workers
            backend workers
              balance leastconn
              option httpchk GET /up
              default-server check inter 500ms fall 2 rise 2 on-marked-down shutdown-sessions maxconn {concurrency}
            {string.Join('\n', upstreams.Select((one, i) => $"  server worker{i} 127.0.0.1:{one.Port}"))}

            """);
        return new(["haproxy", "-db", "-f", file], None);
    }
}
