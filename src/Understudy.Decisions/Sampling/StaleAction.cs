namespace Understudy.Decisions.Sampling;

/// <summary>What is to be done about stale owners.</summary>
public abstract record StaleAction
{
    /// <summary>TERM to each of its processes.</summary>
    public sealed record Ask(string Id) : StaleAction;

    /// <summary>KILL to all of its processes, unless somebody counts it by now.</summary>
    public sealed record Kill(string Id) : StaleAction;

    /// <summary>Remove a group that has no process.</summary>
    public sealed record Remove(string Id) : StaleAction;

    /// <summary>Write down.</summary>
    public sealed record Record(StaleRecord Stale) : StaleAction;

    /// <summary>Strike out what was written down.</summary>
    public sealed record Forget(string Id) : StaleAction;

    /// <summary>An event for the log.</summary>
    public sealed record Tell(string Kind, string Id, string Message) : StaleAction;
}
