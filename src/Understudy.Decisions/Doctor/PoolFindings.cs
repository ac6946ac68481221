namespace Understudy.Decisions.Doctor;

/// <summary>Of pools and their workers.</summary>
static class PoolFindings
{
    public static IEnumerable<Finding> Of(HostSight host)
    {
        foreach (var pool in host.Pools)
        {
            if (Unwell(pool) is { } unwell)
                yield return unwell;
            foreach (var ailment in pool.Ailments)
            {
                yield return new(
                    FindingKinds.WorkerStuck, Weight.Error, $"A worker of {pool.Name} cannot serve.", ailment,
                    "It is replaced when it stays down. If others fall into the same: look for what they wait for (disk, network file system, memory limit, one slow request).");
            }
            if (pool is { TakesRequests: true, Max: 1 })
            {
                yield return new(
                    FindingKinds.SingleWorker, Weight.Warning, $"{pool.Name} has one worker: while that is replaced, hangs or crashes, nobody is answered.", "Its upper bound of workers is 1.",
                    $"Set `workers: 2` for {pool.Pool} in understudy.yaml, or now: `understudy scale {pool.Pool}=2`.");
            }
        }
    }

    static Finding? Unwell(PoolSight pool)
    {
        var logs = $"`understudy logs {pool.Pool}` shows what they wrote last, `understudy events` why they ended.";
        var ready = $"{Amount.Count(pool.Ready, "worker")} of {pool.Wanted} ready, state: {pool.State}. {pool.LastSentence}";
        if (pool.State == "crash loop")
            return new(FindingKinds.PoolUnwell, Weight.Error, $"{pool.Name} is in a crash loop: its workers end as soon as they start.", ready, logs);
        if (pool.State == "stopping" || pool.Wanted == 0)
            return null;
        if (pool.Ready == 0)
            return new(FindingKinds.PoolUnwell, Weight.Error, $"{pool.Name} has no worker that is ready: {(pool.TakesRequests ? "its requests wait, and then get 503" : "its work is not done")}.", ready, logs);
        return pool.State == "degraded" ? new(FindingKinds.PoolUnwell, Weight.Warning, $"{pool.Name} has fewer workers than it wants, and new ones fail.", ready, logs) : null;
    }
}
