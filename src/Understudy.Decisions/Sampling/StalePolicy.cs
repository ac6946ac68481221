namespace Understudy.Decisions.Sampling;

/// <summary>What becomes of processes of ours that no pool counts any more.</summary>
public enum StalePolicy
{
    /// <summary>They are asked to end, and killed at their deadline, whatever is in flight there.</summary>
    Reap,

    /// <summary>They are told of, and left alone.</summary>
    Report,
}
