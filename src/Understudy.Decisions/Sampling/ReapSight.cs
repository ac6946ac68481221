namespace Understudy.Decisions.Sampling;

/// <summary>
/// What `understudy reap` knows: the kernel's word, and then that of the agent where it answers, else what it has written down. All times are
/// since boot.
/// </summary>
public sealed record ReapSight
{
    /// <summary>Seen before anybody was asked whom he counts.</summary>
    public required IReadOnlyList<OwnedGroup> Groups { get; init; }

    public IReadOnlyList<MovedProcess> Moved { get; init; } = [];

    /// <summary>Workers in a pool's set, and the commands that the agent runs.</summary>
    public IReadOnlyDictionary<string, CurrentOwner> Current { get; init; } = new Dictionary<string, CurrentOwner>();

    /// <summary>What was found stale.</summary>
    public IReadOnlyDictionary<string, StaleRecord> Stale { get; init; } = new Dictionary<string, StaleRecord>();

    /// <summary>Workers to which the proxy sends requests.</summary>
    public IReadOnlySet<string> Routed { get; init; } = new HashSet<string>();

    /// <summary>By app.pool: the number of its next worker, as written down with the workers that it has.</summary>
    public IReadOnlyDictionary<string, int> NextNumbers { get; init; } = new Dictionary<string, int>();

    /// <summary>All of the above is the agent's own word.</summary>
    public bool AgentAnswers { get; init; }

    /// <summary>An agent that lives and does not answer. Null: none lives.</summary>
    public int? SilentAgent { get; init; }

    /// <summary>Why it is not known what was written down. Null: it is.</summary>
    public string? Unread { get; init; }

    /// <summary>The process that asks.</summary>
    public int Self { get; init; }
}
