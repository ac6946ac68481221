using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>What the kernel, the proxy and the memory guard say of a pool now, as its decision wants it.</summary>
static class PoolSight
{
    public static PoolObservation Of(PoolState state, IReadOnlyDictionary<string, Worker> workers, ProxyView view, ProcessConfig process, PoolParts parts)
    {
        var seen = new Dictionary<string, WorkerObservation>(workers.Count);
        foreach (var worker in state.Workers)
            seen[worker.Id] = Of(worker, workers[worker.Id], view, process, parts);
        var step = parts.Guard();
        return new PoolObservation(seen, view.Queued, view.Load) { GrowthHeld = step >= GuardStep.Hold, SurgeHeld = step >= GuardStep.Recycle, Shedding = step == GuardStep.Shed };
    }

    static WorkerObservation Of(WorkerState state, Worker worker, ProxyView view, ProcessConfig process, PoolParts parts) => new()
    {
        Alive = worker.LeaderEnded is null || parts.Ownership.Processes(worker.Id, worker.Pid).Count > 0,
        LeaderEnded = worker.LeaderEnded,
        Lacks = worker.Lacks,
        Stranger = worker.Stranger,
        ShownReady = worker.ShownReady || (!process.TakesRequests && !process.Ready.Notify && BootClock.Now - state.StartedAt >= TimeSpan.FromSeconds(1)),
        InUse = process.TakesRequests && (!state.Leaving || view.InUse(worker)),
        DownSince = worker.DownSince,
        DownReason = parts.AilmentOf(worker.Id) is { } ailment ? $"{worker.DownReason}; {ailment}" : worker.DownReason,
        Stopped = worker.Stopped,
        Requests = worker.Requests,
        MemoryBytes = worker.MemoryBytes,
        Unwanted = worker.Unwanted,
        OutFirst = worker.OutFirst,
    };
}
