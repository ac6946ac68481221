using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>One look at the host's memory and at who holds it.</summary>
/// <param name="At">Since boot.</param>
/// <param name="Host">Null: /proc/meminfo cannot be read.</param>
/// <param name="Pressure">Null: the kernel keeps none.</param>
/// <param name="Limit">The group that limits the workers together. Null: none does.</param>
/// <param name="Owners">What is ours, by its owner's name; `agent` is the agent itself.</param>
/// <param name="Strays">Those that were asked for by pid and are in no group of ours.</param>
/// <param name="Others">The largest of the host's other processes, the largest first.</param>
/// <param name="OthersCount">How many others there are.</param>
/// <param name="Missing">What could not be read, in sentences.</param>
sealed record MemorySight(
    TimeSpan At, MemoryLevel? Host, MemoryPressure? Pressure, LimitSight? Limit, IReadOnlyDictionary<string, OwnerSight> Owners, IReadOnlyDictionary<int, SeenProcess> Strays,
    IReadOnlyList<SeenProcess> Others, int OthersCount, IReadOnlyList<string> Missing);

/// <param name="Folder">Of the group.</param>
sealed record LimitSight(string Folder, MemoryLevel Level);

/// <param name="ChargeBytes">What its own cgroup is charged with, file cache included. Null: it has none of its own that counts memory.</param>
sealed record OwnerSight(IReadOnlyList<SeenProcess> Processes, long? ChargeBytes);
