namespace Understudy.Decisions.Workers;

/// <param name="Workers">By id; one missing here is not known yet.</param>
/// <param name="Load">Requests in flight and queued, smoothed over some seconds.</param>
public sealed record PoolObservation(IReadOnlyDictionary<string, WorkerObservation> Workers, int Queued, double Load)
{
    /// <summary>
    /// Memory runs out: load starts no more workers, and none is replaced for its age or its requests. What is missing is started, and an
    /// operator's bounds hold.
    /// </summary>
    public bool GrowthHeld { get; init; }

    /// <summary>
    /// It is nearly gone: of an outdated generation one leaves before its replacement starts, unless it is the only one that serves. What is replaced
    /// to free memory is as the guard says.
    /// </summary>
    public bool SurgeHeld { get; init; }

    /// <summary>Requests are shed already: no outdated generation is replaced until they are not.</summary>
    public bool Shedding { get; init; }
}

/// <summary>What the kernel and the proxy say of one worker now.</summary>
public sealed record WorkerObservation
{
    /// <summary>A process of it lives.</summary>
    public required bool Alive { get; init; }

    /// <summary>Its first process has ended, with this; null while it lives.</summary>
    public string? LeaderEnded { get; init; }

    /// <summary>It has answered its ready path or said READY=1, or needs neither.</summary>
    public bool ShownReady { get; init; }

    /// <summary>What it has not shown yet, in words; null where that is not known.</summary>
    public string? Lacks { get; init; }

    /// <summary>A process outside it that answers on its port, in words: it can never listen there itself. Null: none is known.</summary>
    public string? Stranger { get; init; }

    /// <summary>The proxy may still send it requests, or holds some in flight there.</summary>
    public bool InUse { get; init; }
    public TimeSpan? DownSince { get; init; }
    public string? DownReason { get; init; }

    /// <summary>It is down because the kernel said that it is stopped.</summary>
    public bool Stopped { get; init; }
    public long Requests { get; init; }
    public long MemoryBytes { get; init; }

    /// <summary>The memory guard wants it replaced, for this reason in words. Null: it does not.</summary>
    public string? Unwanted { get; init; }

    /// <summary>With Unwanted: it leaves before its replacement starts.</summary>
    public bool OutFirst { get; init; }
}
