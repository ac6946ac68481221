namespace Understudy.Decisions.Workers;

/// <summary>A pool's bounds and manners, from its configuration and `scale`.</summary>
public sealed record PoolRules
{
    public required string App { get; init; }
    public required string Pool { get; init; }
    public required int Min { get; init; }
    public required int Max { get; init; }
    public required int Concurrency { get; init; }
    public required TimeSpan ReadyWithin { get; init; }
    public required TimeSpan StopWithin { get; init; }

    /// <summary>Workers of another generation that are replaced at a time, after the first.</summary>
    public WorkerShare AtOnce { get; init; } = WorkerShare.One;
    /// <summary>A worker past its hard deadline is let go of and told of, not killed: `stale: report`.</summary>
    public bool ReportsStale { get; init; }
    public long? RecycleRequests { get; init; }
    public long? RecycleMemoryBytes { get; init; }
    public TimeSpan? RecycleAge { get; init; }
}
