namespace Understudy.Api;

/// <summary>Answer of GET /v1/memory: who holds the host's memory. No sum is of resident memory: that counts what forks share once in each of them.</summary>
public sealed record MemoryDocument
{
    public required string Host { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>All was read for this answer; else PSS, private and swap are as last read, usually less than 30 s ago.</summary>
    public required bool Exact { get; init; }

    /// <summary>How the agent is: answers, does not answer (pid 7), is stopped (pid 7), does not run. Unless it answers, the rest is what the kernel and the written state say.</summary>
    public required string Agent { get; init; }

    /// <summary>What is not known, in sentences.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Null: it cannot be read.</summary>
    public required LevelDocument? Memory { get; init; }

    /// <summary>The group of processes in which the workers are limited. Null: none is.</summary>
    public required LimitDocument? Limit { get; init; }
    public required IReadOnlyList<PoolMemoryDocument> Pools { get; init; }

    /// <summary>What is ours beside the workers: `agent`, `proxy`, commands that the agent or a person runs.</summary>
    public required IReadOnlyList<OwnerMemoryDocument> Beside { get; init; }

    /// <summary>Ours, and in no current set.</summary>
    public required IReadOnlyList<StaleMemoryDocument> Stale { get; init; }

    /// <summary>Processes of ours that have left their worker's cgroup and do not end with it.</summary>
    public required IReadOnlyList<MovedMemoryDocument> Moved { get; init; }

    /// <summary>Workers (app.pool.number) that an agent before this one started: they are in their pools above.</summary>
    public required IReadOnlyList<string> Adopted { get; init; }

    /// <summary>The largest of the host's other processes, the largest first.</summary>
    public required IReadOnlyList<ProcessMemoryDocument> Others { get; init; }

    /// <summary>How many others there are.</summary>
    public required int OthersCount { get; init; }
}

/// <summary>Memory, what is left of it, and how fast it goes.</summary>
/// <param name="AvailableBytes">What can be had without swapping.</param>
/// <param name="FallingBytesPerSecond">How fast RAM and swap go; 0 while they do not. Null: not watched.</param>
/// <param name="ExhaustedInSeconds">At this rate. Null: not in sight, or not watched.</param>
/// <param name="PressureSomePercent">Of the last 10 s, how much at least one task waited for memory. Null: the kernel does not say.</param>
/// <param name="PressureFullPercent">The same of all tasks.</param>
public sealed record LevelDocument(
    long TotalBytes, long AvailableBytes, long SwapTotalBytes, long SwapFreeBytes, long? FallingBytesPerSecond, double? ExhaustedInSeconds, double? PressureSomePercent, double? PressureFullPercent);

/// <param name="Folder">Of its cgroup.</param>
public sealed record LimitDocument(string Folder, LevelDocument Memory);

/// <summary>What several processes hold together.</summary>
/// <param name="Unmeasured">Processes that were not read yet or may not be: what they hold is missing in the sums.</param>
/// <param name="PssBytes">Proportional set size: private memory, and a part of what is shared.</param>
/// <param name="PrivateBytes">What nobody else has: their end frees it.</param>
/// <param name="SharedBytes">Of the PSS, their part of what is shared.</param>
/// <param name="SwapBytes">Their part of what lies in swap.</param>
/// <param name="ChargeBytes">What the kernel charges their cgroup with, file cache included. Null: they have none of their own that counts memory.</param>
/// <param name="AgeSeconds">Of the oldest sample. Null: there is none.</param>
public sealed record SumDocument(int Processes, int Unmeasured, long PssBytes, long PrivateBytes, long SharedBytes, long SwapBytes, long? ChargeBytes, double? AgeSeconds);

public sealed record PoolMemoryDocument(string App, string Pool, SumDocument Sum, IReadOnlyList<WorkerMemoryDocument> Workers);

/// <param name="Worker">pool.number.</param>
/// <param name="State">As in /v1/status.</param>
/// <param name="Processes">As a tree: each parent before its children, the largest first.</param>
public sealed record WorkerMemoryDocument(
    string Worker, string State, int Pid, string Release, int Generation, bool Adopted, DateTimeOffset StartedAt, SumDocument Sum, IReadOnlyList<ProcessMemoryDocument> Processes);

/// <param name="Id">agent, proxy, app.build-7, app.run-PID.</param>
public sealed record OwnerMemoryDocument(string Id, SumDocument Sum, IReadOnlyList<ProcessMemoryDocument> Processes);

/// <param name="Id">The name of its cgroup, such as app.pool.number.</param>
/// <param name="Release">Empty: unknown.</param>
/// <param name="Generation">0: unknown.</param>
/// <param name="Since">Since when it is in no current set. Null: unknown.</param>
/// <param name="Reason">Why it is stale, as the rest of a sentence that begins with its id.</param>
/// <param name="KeptBy">Why it is still there, in words.</param>
/// <param name="InDoubt">Without the agent it cannot be told whether somebody counts it.</param>
public sealed record StaleMemoryDocument(
    string Id, string Release, int Generation, DateTimeOffset? Since, string Reason, string KeptBy, bool InDoubt, SumDocument Sum, IReadOnlyList<ProcessMemoryDocument> Processes);

/// <param name="Id">Whose it was.</param>
/// <param name="Place">The cgroup that it is in, from the mount of cgroup v2.</param>
public sealed record MovedMemoryDocument(string Id, string Place, ProcessMemoryDocument Process);

/// <param name="Depth">In the tree: 0 for one whose parent is not in it.</param>
/// <param name="Name">As the kernel has it, at most 15 bytes.</param>
/// <param name="Command">Its command line, or what it calls itself; of one that is not ours the program alone. Null: not read, for it lies in memory of its own, which on a host that swaps is waited for.</param>
/// <param name="State">R, S, D, T and so on, as in proc(5).</param>
/// <param name="ResidentBytes">Not to be added up.</param>
/// <param name="PssBytes">Null, as the rest: not read yet, or it may not be.</param>
public sealed record ProcessMemoryDocument(
    int Pid, int Parent, int Depth, string Name, string? Command, string State, DateTimeOffset StartedAt, long ResidentBytes,
    long? PssBytes, long? PrivateBytes, long? SharedBytes, long? SwapBytes, double? AgeSeconds);
