namespace Understudy.Decisions.Proxying;

/// <summary>What the proxy says of itself over its control socket. Totals count from the proxy's start.</summary>
public sealed record ProxyReport
{
    public required int Pid { get; init; }
    public required string Version { get; init; }

    /// <summary>The newest route table in force.</summary>
    public required long RoutesRevision { get; init; }

    /// <summary>serving, or leaving (a newer proxy has the sockets).</summary>
    public required string State { get; init; }

    public required IReadOnlyList<string> Listen { get; init; }
    public required int Connections { get; init; }
    public required IReadOnlyList<PoolReport> Pools { get; init; }

    /// <summary>Connections to the listener for other hosts' proxies that showed no certificate of the fleet, or spoke no TLS.</summary>
    public long HopRefused { get; init; }
}

/// <summary>One app's pool, as the proxy sees it now. Gone workers stay listed while something is in flight there.</summary>
public sealed record PoolReport
{
    public required string App { get; init; }
    public required string Pool { get; init; }
    public required int Queued { get; init; }
    public required double OldestQueuedMs { get; init; }
    public required int InFlight { get; init; }
    public required long Requests { get; init; }
    public required long Retries { get; init; }

    /// <summary>503 because the queue was full or the wait too long.</summary>
    public required long Refused { get; init; }

    /// <summary>502 because a worker died or was marked down with a request inside that may not be retried.</summary>
    public required long LostInside { get; init; }

    /// <summary>504 because a worker took longer than the request timeout.</summary>
    public required long TimedOut { get; init; }

    /// <summary>503 because memory runs out on the host.</summary>
    public long Shed { get; init; }

    /// <summary>Mean wait of the requests handed to workers in the last 10 s, in milliseconds.</summary>
    public required double QueueWaitMs { get; init; }

    public required IReadOnlyList<WorkerReport> Workers { get; init; }

    /// <summary>Requests of clients that were given to other hosts.</summary>
    public long Forwarded { get; init; }

    // A proxy of an older version does not report them, and the deserializer then sets null over the default.
    public IReadOnlyList<HostReport> Hosts { get; init => field = value ?? []; } = [];
}

/// <param name="InFlight">Requests inside now, those of an older proxy included.</param>
/// <param name="Streams">Upgraded connections and event streams, which hold no slot.</param>
/// <param name="Requests">Requests handed to it since this proxy started.</param>
/// <param name="DownSince">Time since boot when it was marked down; null while up.</param>
/// <param name="DownReason">In words, with what led to it.</param>
/// <param name="Stopped">It is down because the kernel said that it is stopped.</param>
public sealed record WorkerReport(string Id, bool Routed, int InFlight, int Streams, long Requests, TimeSpan? DownSince, string? DownReason, bool Stopped = false)
{
    /// <summary>Answers of 500 and above, and requests that it gave no whole answer to: refused, reset, out of time, died with them inside. A client that went away is none of them.</summary>
    public long Failures { get; init; }

    /// <summary>Its answers by the time to their head, in the buckets of <see cref="AnswerTimes"/>. Empty buckets at the end are left off.</summary>
    // A proxy of an older version does not report them, and the deserializer then sets null over the default.
    public IReadOnlyList<long> Durations { get; init => field = value ?? []; } = [];
}
