namespace Understudy.Decisions.Sampling;

/// <summary>A worker as the memory guard sees it.</summary>
public sealed record GuardedWorker
{
    /// <summary>app.pool.number.</summary>
    public required string Id { get; init; }

    /// <summary>app.pool.</summary>
    public required string Pool { get; init; }

    /// <summary>What its processes hold, in RAM and in swap. 0: not known yet.</summary>
    public required long Bytes { get; init; }

    /// <summary>The least that a worker of its pool was seen to hold once it was ready: what a new one will take. 0: not known.</summary>
    public long FreshBytes { get; init; }

    /// <summary>Its pool's recycle.memory; null: none, and a fair share counts.</summary>
    public long? StatedBytes { get; init; }

    /// <summary>It is ready, and not about to be replaced.</summary>
    public bool Serves { get; init; }

    /// <summary>It leaves, or is to be replaced, for whatever reason.</summary>
    public bool Goes { get; init; }

    /// <summary>It is to be replaced, and serves until its replacement is ready.</summary>
    public bool Waits { get; init; }

    /// <summary>It leaves, and had its time for the requests that were inside it.</summary>
    public bool Leaves { get; init; }

    /// <summary>Since its start.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>How long it took to be ready.</summary>
    public TimeSpan Boot { get; init; }
}
