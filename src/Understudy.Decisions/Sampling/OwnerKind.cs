namespace Understudy.Decisions.Sampling;

/// <summary>What processes of ours are for, which their owner's name tells.</summary>
public enum OwnerKind
{
    /// <summary>`app.pool.number`.</summary>
    Worker,

    /// <summary>`proxy`, and `etcd` in a fleet: Understudy's own.</summary>
    Platform,

    /// <summary>`app.run-PID`: a command that a person runs by `understudy run`.</summary>
    Run,

    /// <summary>`app.build-7` and the like: a command that the agent runs to its end.</summary>
    Command,
}
