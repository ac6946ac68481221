namespace Understudy.Decisions.Workers;

/// <summary>One worker of a pool. All times are since boot.</summary>
public sealed record WorkerState
{
    /// <summary>app.pool.number; the number grows and is never used twice.</summary>
    public required string Id { get; init; }
    public required int Generation { get; init; }
    public required WorkerPhase Phase { get; init; }
    public required TimeSpan StartedAt { get; init; }
    public TimeSpan? ReadyAt { get; init; }

    /// <summary>When it began to leave; its hard deadline counts from here.</summary>
    public TimeSpan? LeavingSince { get; init; }

    /// <summary>When it was last killed.</summary>
    public TimeSpan? KilledAt { get; init; }

    /// <summary>Why it leaves or is to be replaced, in words.</summary>
    public string? Reason { get; init; }

    /// <summary>Due for replacement though its generation is current: requests, memory or age.</summary>
    public bool Recycle { get; init; }

    /// <summary>Its replacement starts once it is gone: there is no memory for both.</summary>
    public bool OutFirst { get; init; }

    public bool Leaving => Phase is WorkerPhase.Draining or WorkerPhase.Stopping or WorkerPhase.Killing;
}
