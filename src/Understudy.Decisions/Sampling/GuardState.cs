namespace Understudy.Decisions.Sampling;

/// <summary>What the memory guard's turns remember. All times are since boot. A value without references, so that a turn allocates nothing.</summary>
public readonly record struct GuardState
{
    public GuardStep Step { get; init; }

    /// <summary>When it came to this step.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Since when the next step has been asked for, without a break; null: it is not.</summary>
    public TimeSpan? WorseSince { get; init; }

    /// <summary>Since when the last step has been asked for, without a break; null: it is not.</summary>
    public TimeSpan? WorstSince { get; init; }

    /// <summary>Since when this step has not been needed any more, without a break; null: it is.</summary>
    public TimeSpan? BetterSince { get; init; }

    /// <summary>Of a thousand requests, how many are answered with 503.</summary>
    public int ShedPerMille { get; init; }

    /// <summary>Memory is nearly gone: what was told to leave for what it holds is not waited for.</summary>
    public bool Impatient { get; init; }

    /// <summary>Memory is as good as gone: what frees it is done at once, and by whoever can.</summary>
    public bool LastResort { get; init; }
}
