namespace Understudy.Decisions.Releases;

/// <summary>Canary -> Rolling -> Watching -> Done, or from any of the first three RollingBack -> RolledBack.</summary>
public enum RolloutPhase
{
    /// <summary>The pool that takes requests gets one worker of the new release, beside all the old ones.</summary>
    Canary,

    /// <summary>The others follow, one at a time.</summary>
    Rolling,

    /// <summary>All workers are of the new release, and it is watched.</summary>
    Watching,

    RollingBack,
    Done,
    RolledBack,
}
