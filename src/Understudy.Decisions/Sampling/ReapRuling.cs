namespace Understudy.Decisions.Sampling;

/// <summary>What `understudy reap` may do to processes.</summary>
public enum ReapRuling
{
    /// <summary>Nobody counts them: they may be ended.</summary>
    Stale,

    /// <summary>Somebody counts them: never.</summary>
    Kept,

    /// <summary>It cannot be told whether somebody does: so they are left.</summary>
    Doubtful,
}
