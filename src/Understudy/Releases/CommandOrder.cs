namespace Understudy.Releases;

/// <summary>A command to run to its end: a build, a release command, a scheduled one.</summary>
sealed record CommandOrder
{
    /// <summary>Owns its processes: two parts such as shop.build-7, never a worker's three.</summary>
    public required string Id { get; init; }

    /// <summary>Run by /bin/sh -c.</summary>
    public required string Command { get; init; }

    public required string Folder { get; init; }

    /// <summary>The whole environment: nothing of the agent's is handed on.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>The user to become. Null: stay.</summary>
    public string? User { get; init; }

    /// <summary>File that what it prints is appended to.</summary>
    public required string Log { get; init; }

    /// <summary>Values that are overwritten in the log: whoever may read it need not know them.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>It is killed then, with all its processes.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>The configuration key that set the deadline, such as deploy.build_within: what to change where it was too short.</summary>
    public string? WithinKey { get; init; }

    /// <summary>Memory that it may use, swap included. Null: no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The configuration key that set it, such as deploy.build_memory.</summary>
    public string? MemoryKey { get; init; }

    /// <summary>Processes and threads that it may have at a time. Null: no limit.</summary>
    public int? Processes { get; init; }

    /// <summary>Leaves the CPU to the site's workers where both want it, and is the first to go when the host runs out of memory.</summary>
    public bool CpuWeightLow { get; init; }

    /// <summary>Killed when less than 500 MB (or 5 % of a small one) is left on the file system of its folder.</summary>
    public bool DiskFloor { get; init; }
}
