using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Doctor;

/// <summary>What the examination goes by. Null or empty: it could not be seen, or there is none.</summary>
public sealed record HostSight
{
    public required AgentSight Agent { get; init; }

    /// <summary>What is wrong with agent.yaml, a sentence each.</summary>
    public IReadOnlyList<string> ConfigurationErrors { get; init; } = [];

    public bool ProxyAnswers { get; init; } = true;

    /// <summary>How many other hosts this one's proxy knows that serve the same apps.</summary>
    public int OtherHosts { get; init; }

    public IReadOnlyList<PoolSight> Pools { get; init; } = [];

    public IReadOnlyList<SharedSight> Shared { get; init; } = [];

    public IReadOnlyList<StaleSight> Stale { get; init; } = [];

    public MemoryLevel? Memory { get; init; }

    /// <summary>Why processes are owned by best effort only; null: each worker has its cgroup.</summary>
    public string? NoCgroups { get; init; }

    /// <summary>Whether a memory limit can be set on a worker's or a build's group.</summary>
    public bool LimitsMemory { get; init; } = true;

    public ClockSight? Clock { get; init; }

    public IReadOnlyList<DiskSight> Disks { get; init; } = [];

    public IReadOnlyList<OpenFilesSight> OpenFiles { get; init; } = [];

    public IReadOnlyList<LogSight> Logs { get; init; } = [];

    /// <summary>Listeners that other machines can reach, of workers and of stores that ask for no password.</summary>
    public IReadOnlyList<PortSight> Ports { get; init; } = [];
}

/// <param name="Trouble">Why it does not answer; null: it does.</param>
/// <param name="Start">The command that starts it.</param>
public sealed record AgentSight(string? Trouble, string Start);

/// <summary>A pool as the agent tells of it.</summary>
/// <param name="State">As `status` has it.</param>
/// <param name="RecycleMemoryBytes">At which its workers are replaced; null: never for their memory.</param>
/// <param name="Ailments">Of its workers, each with its name before it.</param>
public sealed record PoolSight(
    string App, string Pool, string State, int Ready, int Wanted, int Max, bool TakesRequests, long? RecycleMemoryBytes, IReadOnlyList<long> WorkerBytes, IReadOnlyList<string> Ailments, string LastSentence)
{
    public string Name => $"{App}.{Pool}";
}

/// <summary>Shared connections of one pool to one peer.</summary>
public sealed record SharedSight(string App, string Peer, bool Mixed, string Sentence, IReadOnlyList<int> Pids, TimeSpan? For, string Remedy);

/// <summary>A process of ours that no pool knows of.</summary>
/// <param name="Reason">Why it is stale, and what keeps it alive.</param>
public sealed record StaleSight(int Pid, string Command, TimeSpan Age, long Bytes, string Reason);

/// <param name="MostWrong">By how much it may be wrong, as the kernel reckons.</param>
public sealed record ClockSight(bool Synchronised, TimeSpan MostWrong);

/// <summary>A file system on which something of ours lies.</summary>
/// <param name="Folders">What lies on it.</param>
/// <param name="Inodes">0: it has no fixed number of them.</param>
public sealed record DiskSight(IReadOnlyList<string> Folders, long Bytes, long FreeBytes, long Inodes, long FreeInodes);

/// <summary>How many files a process has open of those it may.</summary>
/// <param name="Who">proxy, or pool.number.</param>
/// <param name="Limit">The soft one; long.MaxValue: none.</param>
public sealed record OpenFilesSight(string Who, int Pid, long Open, long Limit);

/// <summary>A log that nobody keeps within bounds.</summary>
/// <param name="Bytes">On the disk.</param>
/// <param name="BytesPerDay">Since it was begun.</param>
/// <param name="FreeBytes">Of its file system.</param>
public sealed record LogSight(string Path, long Bytes, long BytesPerDay, long FreeBytes);

/// <param name="Who">pool.number of a worker, or a program's name.</param>
/// <param name="Worker">Whether it is a worker, which should be reached through the proxy alone.</param>
public sealed record PortSight(string Who, int Pid, TcpEnd At, bool Worker);
