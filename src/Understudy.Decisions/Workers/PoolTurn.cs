namespace Understudy.Decisions.Workers;

/// <param name="Sentence">What this turn did, or why it did nothing, for people.</param>
/// <param name="Condition">The pool's state in a word: see `PoolCondition`.</param>
/// <param name="WakeAt">When the next turn is due though nothing is observed; null: not before something is.</param>
public sealed record PoolTurn(PoolState State, IReadOnlyList<PoolAction> Actions, string Sentence, string Condition, TimeSpan? WakeAt);

public abstract record PoolAction
{
    public sealed record Start(string Id, int Generation) : PoolAction;

    /// <summary>The configured stop signal, to all its processes.</summary>
    public sealed record Signal(string Id) : PoolAction;

    /// <summary>KILL to all its processes, at once.</summary>
    public sealed record Kill(string Id) : PoolAction;

    /// <summary>Forget a worker that is past its hard deadline, and leave its processes as they are: with `stale: report` nobody ends them.</summary>
    public sealed record Abandon(string Id, int Generation, string Reason) : PoolAction;

    /// <summary>Forget a worker of which nothing is left.</summary>
    public sealed record Forget(string Id) : PoolAction;

    /// <summary>An event for the log.</summary>
    public sealed record Tell(string Kind, string? Id, string Message) : PoolAction;
}
