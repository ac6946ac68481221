namespace Understudy.Decisions.Proxying;

/// <summary>All that the proxy knows of the host's apps. The agent replaces the file atomically; the proxy keeps the last good one.</summary>
/// <param name="Revision">Grows with each replacement; the proxy reports the one it applied.</param>
public sealed record RouteTable(long Revision, IReadOnlyList<AppRoute> Apps)
{
    public static readonly RouteTable Empty = new(0, []);

    /// <summary>One JSON line per request to the access log.</summary>
    public bool AccessLog { get; init; }

    /// <summary>Networks whose X-Forwarded-* headers are believed.</summary>
    // A table from an older agent may not name it, and the deserializer then sets null over the default.
    public IReadOnlyList<string> TrustedProxies { get; init => field = value ?? []; } = [];

    /// <summary>Null: this host is alone.</summary>
    public HopRoute? Hop { get; init; }
}

/// <summary>Where requests for one app go.</summary>
/// <param name="Domains">Empty: every host name that no other app claims. `*.example.com` matches one label or more.</param>
public sealed record AppRoute(string App, IReadOnlyList<string> Domains, string? CertificatePath, string? KeyPath, PoolRoute Pool)
{
    /// <summary>The live releases' files, newest release first: the first that has a file answers.</summary>
    public IReadOnlyList<AssetRoute> Assets { get; init => field = value ?? []; } = [];

    /// <summary>Null: requests are served.</summary>
    public MaintenanceRoute? Maintenance { get; init; }

    /// <summary>The other hosts that serve the app; used where the table has a <see cref="RouteTable.Hop"/>.</summary>
    public IReadOnlyList<HostRoute> Hosts { get; init => field = value ?? []; } = [];

    /// <summary>This host's own workers get no request of a client while another host is up. What other hosts pass on they take.</summary>
    public bool Drained { get; init; }
}

/// <summary>An app's web pool as the proxy sees it.</summary>
public sealed record PoolRoute
{
    public required string Name { get; init; }
    public required int Concurrency { get; init; }
    public required int QueueLength { get; init; }
    public required TimeSpan QueueWait { get; init; }
    public required TimeSpan RequestTimeout { get; init; }
    public required long BodyBytes { get; init; }
    public required string ReadyPath { get; init; }

    /// <summary>An Idempotency-Key header lets a request of any method be retried. Default false.</summary>
    public bool RetryIdempotencyKey { get; init; }

    public required IReadOnlyList<WorkerRoute> Workers { get; init; }
}

/// <summary>A ready worker that takes requests at 127.0.0.1:Port. A draining one is simply no longer listed; what is in flight there goes on.</summary>
/// <param name="Id">app.pool.number, never used twice.</param>
/// <param name="Pid">Process that leads the worker; 0 if unknown.</param>
/// <param name="StartTicks">Field 22 of /proc/PID/stat, which with the pid is the identity.</param>
/// <param name="CgroupPath">The worker's own cgroup (v2), or null without cgroup rights.</param>
public sealed record WorkerRoute(string Id, int Pid, long StartTicks, int Port, string? CgroupPath);
