namespace Understudy.Decisions.Sampling;

/// <summary>How much memory a worker may take: what its configuration says, else a fair share.</summary>
public static class WorkerBudget
{
    /// <summary>Of what workers hold and could still have, this much is shared out; the rest is for the file cache, and for surprises.</summary>
    const double Shared = 0.9;

    /// <summary>Of all RAM, what the workers may have together whatever else takes the rest: they do not pay for a stranger that grows.</summary>
    const double Theirs = 0.5;

    /// <summary>What each would have if all had the same of the RAM that the workers hold and of that which can be had. Swap is not shared out.</summary>
    public static long FairShareBytes(IReadOnlyCollection<GuardedWorker> workers, in MemoryLevel level)
    {
        if (workers.Count == 0)
            return long.MaxValue;
        long held = 0;
        foreach (var worker in workers)
            held += worker.Bytes;
        var shared = Math.Min(held + level.AvailableBytes, level.TotalBytes);
        return (long)(Math.Max(shared * Shared, level.TotalBytes * Theirs) / workers.Count);
    }

    /// <summary>How many times its budget a worker holds, or its fair share where that is less: a budget that does not fit the host excuses nobody when the host is full.</summary>
    public static double Excess(GuardedWorker worker, long fairShareBytes) => (double)worker.Bytes / Math.Max(1, Math.Min(Of(worker, fairShareBytes), fairShareBytes));

    public static long Of(GuardedWorker worker, long fairShareBytes) => worker.StatedBytes ?? fairShareBytes;
}
