using Understudy.Api;
using Understudy.Decisions.Doctor;
using Understudy.Linux;

namespace Understudy.Doctor;

/// <summary>The host's pools: as the agent tells of them, or without one from the apps' configuration and the processes that live.</summary>
static class PoolLook
{
    public static IReadOnlyList<PoolSight> Of(HostDocument status) =>
        [.. status.Apps.SelectMany(app => app.Pools.Select(pool => new PoolSight(
            app.App, pool.Pool, pool.State, pool.Ready, pool.Wanted, pool.Max, pool.TakesRequests, pool.RecycleMemoryBytes, [.. pool.Workers.Select(worker => worker.MemoryBytes)],
            [.. pool.Workers.Where(worker => worker.Ailment is not null).Select(worker => $"{worker.Worker}: {worker.Ailment}.")], pool.LastSentence)))];

    /// <summary>What is unknown without an agent is left as nothing is found in it: how many are wanted and ready.</summary>
    public static IReadOnlyList<PoolSight> Of(IEnumerable<FoundApp> apps, IReadOnlyList<FoundWorker> workers) =>
        [.. apps.SelectMany(app => app.Config.Processes.Select(process => new PoolSight(
            app.Config.App, process.Name, "unknown", 0, 0, process.MaxWorkers, process.TakesRequests, process.Recycle.MemoryBytes,
            [.. workers.Where(worker => worker.App == app.Config.App && worker.Pool == process.Name).Select(worker => worker.Pids.Sum(ProcessMemory.Pss))], [], "")))];
}
