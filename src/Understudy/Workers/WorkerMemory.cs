using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;
using Understudy.Sampling;

namespace Understudy.Workers;

static class WorkerMemory
{
    /// <summary>What a worker that leaves is given for the requests inside it, however little memory there is.</summary>
    static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    /// <summary>What one without requests is given to end by itself.</summary>
    static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(400);

    static readonly ProcessTable Table = new();

    /// <summary>The cgroup's charge where the memory controller is there, else the sum of its processes' PSS; and what of it is in swap.</summary>
    /// <param name="now">Reads all of its processes; else it is as the sampler last read them.</param>
    public static void Measure(Worker worker, PoolParts parts, bool now)
    {
        var processes = parts.Ownership.Processes(worker.Id, worker.Pid);
        worker.Processes = processes.Count;
        if (worker.Cgroup is { } cgroup && MemoryGroup.Open(cgroup) is { } charged)
        {
            using (charged)
                (worker.MemoryBytes, worker.SwapBytes) = (Math.Max(0, charged.ChargeBytes), Math.Max(0, charged.SwapBytes));
        }
        else if (now)
        {
            var memory = MemorySum.Of(processes.Select(pid => parts.Memory.Read(pid).Sample));
            (worker.MemoryBytes, worker.SwapBytes) = (memory.PssBytes, memory.SwapBytes);
        }
        else if (parts.Memory.Known(processes) is { } memory)
        {
            (worker.MemoryBytes, worker.SwapBytes) = (memory.PssBytes, memory.SwapBytes);
        }
        var held = worker.MemoryBytes + worker.SwapBytes;
        if (worker.ShownReady && (worker.LeastBytes == 0 || held < worker.LeastBytes))
            worker.LeastBytes = held;
    }

    /// <summary>Whether it is worth measuring against its budget: its resident pages, shared ones counted in each process, are no fewer. A hundredth of the cost.</summary>
    public static bool MayExceed(Worker worker, long? budgetBytes, IOwnership ownership) =>
        budgetBytes is { } budget && ownership.Processes(worker.Id, worker.Pid).Sum(pid => Table.Resident(pid)?.ResidentBytes ?? 0) >= budget;

    public static IReadOnlyList<GuardedWorker> Guarded(PoolState state, IReadOnlyDictionary<string, Worker> workers, PoolRules rules, bool takesRequests, TimeSpan now)
    {
        var fresh = workers.Values.Select(worker => worker.LeastBytes).Where(bytes => bytes > 0).DefaultIfEmpty().Min();
        return [.. state.Workers.Where(one => workers.ContainsKey(one.Id)).Select(one => Guarded(one, workers[one.Id], rules, takesRequests, fresh, now))];
    }

    public static IReadOnlyList<KillPlace> Places(IEnumerable<Worker> workers) =>
        [.. workers.Where(worker => worker.Pid != 0).Select(worker => new KillPlace(worker.Id, worker.Cgroup, worker.Pid, worker.StartTicks))];

    static GuardedWorker Guarded(WorkerState state, Worker worker, PoolRules rules, bool takesRequests, long fresh, TimeSpan now)
    {
        var goes = state.Leaving || state.Recycle || worker.Unwanted is not null;
        // What other pools' workers finish is not seen.
        var done = takesRequests && state.Phase == WorkerPhase.Stopping && worker.InFlight + worker.Streams == 0;
        return new GuardedWorker
        {
            Id = state.Id,
            Pool = $"{rules.App}.{rules.Pool}",
            Bytes = worker.MemoryBytes + worker.SwapBytes,
            FreshBytes = fresh,
            StatedBytes = rules.RecycleMemoryBytes,
            Serves = state.Phase == WorkerPhase.Ready && !goes,
            Goes = goes,
            Leaves = state.LeavingSince is { } since && now - since >= (done ? Farewell : Drain),
            Done = done,
            Waits = goes && state.Phase == WorkerPhase.Ready && !worker.OutFirst,
            Age = now - state.StartedAt,
            Boot = state.ReadyAt - state.StartedAt ?? TimeSpan.Zero,
        };
    }
}
