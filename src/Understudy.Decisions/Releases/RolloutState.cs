namespace Understudy.Decisions.Releases;

/// <summary>What a rollout's turns remember. Times are since boot.</summary>
public sealed record RolloutState
{
    public RolloutPhase Phase { get; init; }

    /// <summary>When the phase began.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Pools told to run the new release.</summary>
    public IReadOnlyList<string> Begun { get; init; } = [];

    /// <summary>When the first new worker began to serve, and how many requests it had had.</summary>
    public TimeSpan? ServesSince { get; init; }

    /// <summary>The pools that the new release does not have were told to end: there is no way back any more.</summary>
    public bool OthersEnd { get; init; }

    /// <summary>Why it is rolled back.</summary>
    public string? Reason { get; init; }

    /// <summary>The worker whose failure it was.</summary>
    public string? FailedWorker { get; init; }

    /// <summary>The old workers did not all come back in time.</summary>
    public bool Incomplete { get; init; }

    public bool IsOver => Phase is RolloutPhase.Done or RolloutPhase.RolledBack;
}
