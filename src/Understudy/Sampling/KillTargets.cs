using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>Keeps the handles for the last resort open and up to date.</summary>
sealed class KillTargets(LastResort last)
{
    Dictionary<string, KillTarget> _held = [];

    /// <summary>Opens what is new, lets go of what is gone, and says of each worker how far over its budget it is.</summary>
    public void Update(IReadOnlyList<KillPlace> places, IReadOnlyList<GuardedWorker> workers, in MemoryLevel level)
    {
        var share = WorkerBudget.FairShareBytes(workers, level);
        var known = workers.ToDictionary(worker => worker.Id);
        var next = new Dictionary<string, KillTarget>();
        foreach (var place in places)
        {
            var name = (place.Stale ? "stale " : "") + place.Id;
            if ((_held.GetValueOrDefault(name) ?? KillTarget.Open(place.Id, place.Cgroup, place.Pid, place.StartTicks, place.Stale)) is not { } target)
                continue;
            if (known.GetValueOrDefault(place.Id) is { } worker)
                (target.Excess, target.Leaves) = (WorkerBudget.Excess(worker, share), worker.Leaves && worker.Bytes > WorkerBudget.Of(worker, share));
            next[name] = target;
        }
        _held = next;
        last.Replace(next.Values);
    }

    /// <summary>Those that were killed since it was last asked.</summary>
    public IEnumerable<KillTarget> TakeKilled() => _held.Values.Where(target => target.TakeKilled()).ToList();
}
