namespace Understudy.Decisions.Doctor;

/// <summary>Whether all the workers that may run fit the host's memory.</summary>
static class BudgetFindings
{
    public static IEnumerable<Finding> Of(HostSight host)
    {
        var unbounded = host.Pools.Where(pool => pool.RecycleMemoryBytes is null).Select(pool => pool.Name).ToList();
        if (unbounded.Count > 0)
        {
            yield return new(
                FindingKinds.MemoryUnbounded, Weight.Note, $"Nothing bounds the memory of a worker of {string.Join(", ", unbounded)}: one that leaks grows until the host has none left.", "`recycle: {memory: ...}` is not set.",
                "Set it to about twice what a worker needs: it is then replaced, the new one ready first.");
        }
        if (host.Memory is { TotalBytes: > 0 } memory && Over(host.Pools, memory.TotalBytes, memory.TotalBytes - memory.AvailableBytes) is { } over)
            yield return over;
    }

    static Finding? Over(IReadOnlyList<PoolSight> pools, long total, long used)
    {
        var known = pools.Where(pool => PerWorker(pool) > 0).ToList();
        var need = known.Sum(pool => pool.Max * PerWorker(pool));
        var others = Math.Max(0, used - pools.Sum(pool => pool.WorkerBytes.Sum()));
        var room = Math.Max(0, total - others);
        if (need <= room)
            return null;
        var parts = known.Select(pool => $"{pool.Name}: {Amount.Count(pool.Max, "worker")} of {Amount.Of(PerWorker(pool))} ({(pool.RecycleMemoryBytes is null ? "its largest now" : "recycle.memory")})");
        return new(
            FindingKinds.MemoryBudget, Weight.Warning, $"With all the workers that may run, {Amount.Of(need)} of memory are wanted, and {Amount.Of(room)} are there for them.",
            $"{string.Join("; ", parts)}. The host has {Amount.Of(total)}, of which {Amount.Of(others)} are others'.", Fix(known, need - room));
    }

    /// <summary>The pool that takes most gives way.</summary>
    static string Fix(List<PoolSight> pools, long tooMuch)
    {
        var largest = pools.MaxBy(pool => pool.Max * PerWorker(pool))!;
        var fits = largest.Max - (int)((tooMuch + PerWorker(largest) - 1) / PerWorker(largest));
        return fits >= 1
            ? $"Bound {largest.Name} to {Amount.Count(fits, "worker")} (`workers: {{max: {fits}}}`), or give the host {Amount.Of(tooMuch)} more."
            : $"Give the host {Amount.Of(tooMuch)} more memory, or the workers less: a lower `recycle: {{memory: ...}}`, or fewer forks and threads in each.";
    }

    static long PerWorker(PoolSight pool) => pool.RecycleMemoryBytes ?? pool.WorkerBytes.DefaultIfEmpty().Max();
}
