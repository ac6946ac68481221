namespace Understudy.Linux;

/// <summary>
/// The kernel's own limits on workers' memory, behind what the pool and the memory guard do: on a worker's cgroup where v2 has the memory
/// controller, else on a group of v1. Where neither is to be had, nothing is limited and the agent looks by itself.
/// </summary>
/// <param name="unified">The folder of v2 that holds the workers' own; null: none.</param>
/// <param name="separate">The group of v1 that is to hold all workers; null: v1 has no memory controller here, or nobody may make groups.</param>
/// <param name="hostBytes">What all workers together may take; null: what the host has.</param>
sealed class WorkerLimits(string? unified, string? separate, long? hostBytes)
{
    /// <summary>Of a worker's recycle.memory: it is slowed down here, long after its replacement should have begun.</summary>
    const double High = 1.5;

    /// <summary>And killed here, as Heroku does at twice a dyno's quota.</summary>
    const double Most = 2;

    readonly bool _isUnified = unified is not null && (ProcFile.Text(Path.Combine(unified, "cgroup.subtree_control")) ?? "").Split([' ', '\n']).Contains("memory");

    public static WorkerLimits For(IOwnership ownership, long? hostBytes) => ownership is CgroupOwnership own
        ? new(own.Folder, ResourceLimits.SeparateFolder("memory", own.Key) is { } folder ? Path.Combine(folder, "workers") : null, hostBytes)
        : new(null, null, hostBytes);

    /// <summary>Sets the limits of one worker before it starts. What the kernel refuses is not limited.</summary>
    /// <param name="cgroup">Its own (v2); null where it has none.</param>
    /// <param name="budgetBytes">Its recycle.memory; null: none.</param>
    /// <returns>Groups of v1 that it must enter too.</returns>
    public IReadOnlyList<string> Prepare(string id, string? cgroup, long? budgetBytes)
    {
        if (_isUnified)
        {
            if (hostBytes is { } all)
                LimitedGroups.TryWrite(unified!, "memory.max", all);
            if (budgetBytes is { } budget && cgroup is not null)
                LimitUnified(cgroup, budget);
            return [];
        }
        if ((hostBytes ?? budgetBytes) is null || separate is not { } folder)
            return [];
        try
        {
            var own = Path.Combine(folder, id);
            Directory.CreateDirectory(own);
            if (hostBytes is { } all)
                LimitedGroups.TryWrite(folder, "memory.limit_in_bytes", all);
            if (budgetBytes is { } budget)
                LimitSeparate(own, budget);
            return [own];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The kernel has killed a process of this worker because a limit was reached: its own, or that of all workers.</summary>
    /// <param name="cgroup">Its own (v2); null where it has none.</param>
    public bool WasReached(string id, string? cgroup) =>
        Kills(cgroup, "memory.events") > 0 || (separate is { } folder && Kills(Path.Combine(folder, id), "memory.oom_control") > 0);

    /// <summary>Removes what Prepare made. False while a process is left in it.</summary>
    public bool Release(string id) => separate is not { } folder || Cgroups.Remove(Path.Combine(folder, id));

    /// <summary>Removes the groups that workers of an agent before this one have left empty.</summary>
    public void Sweep()
    {
        if (separate is null || !Directory.Exists(separate))
            return;
        foreach (var left in Directory.GetDirectories(separate))
            Cgroups.Remove(left);
    }

    static long Kills(string? folder, string file) => folder is null ? 0 : LimitedGroups.KilledBy(ProcFile.Text(Path.Combine(folder, file)) ?? "");

    static void LimitUnified(string folder, long budget)
    {
        LimitedGroups.TryWrite(folder, "memory.high", Times(budget, High));
        LimitedGroups.TryWrite(folder, "memory.max", Times(budget, Most));
        // Its leak goes on in swap otherwise, until that is full for everybody.
        LimitedGroups.TryWrite(folder, "memory.swap.max", budget);
        // A server that has lost one of its processes is worth less than a new one.
        LimitedGroups.TryWrite(folder, "memory.oom.group", 1);
    }

    static void LimitSeparate(string folder, long budget)
    {
        LimitedGroups.TryWrite(folder, "memory.limit_in_bytes", Times(budget, Most));
        // Memory and swap together, where swap is accounted.
        LimitedGroups.TryWrite(folder, "memory.memsw.limit_in_bytes", Times(budget, Most + 1));
    }

    static long Times(long bytes, double factor) => bytes > long.MaxValue / 4 ? bytes : (long)(bytes * factor);
}
