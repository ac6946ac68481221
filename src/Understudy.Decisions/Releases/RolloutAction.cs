namespace Understudy.Decisions.Releases;

public abstract record RolloutAction
{
    /// <summary>Tell a pool to run the new release.</summary>
    /// <param name="Hold">Its first new worker serves beside all old ones until Proceed.</param>
    public sealed record Begin(string Pool, bool Hold) : RolloutAction;

    public sealed record Proceed(string Pool) : RolloutAction;

    /// <summary>End the pools that the new release has no more.</summary>
    public sealed record EndOthers : RolloutAction;

    /// <summary>Tell a pool to run the old release again.</summary>
    public sealed record Back(string Pool) : RolloutAction;
}
