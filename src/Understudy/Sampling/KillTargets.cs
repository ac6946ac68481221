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
        var excess = workers.ToDictionary(worker => worker.Id, worker => WorkerBudget.Excess(worker, share));
        var next = new Dictionary<string, KillTarget>();
        foreach (var place in places)
        {
            var name = (place.Stale ? "stale " : "") + place.Id;
            if ((_held.GetValueOrDefault(name) ?? KillTarget.Open(place.Id, place.Cgroup, place.Pid, place.StartTicks, place.Stale)) is not { } target)
                continue;
            target.Excess = excess.GetValueOrDefault(place.Id);
            next[name] = target;
        }
        _held = next;
        last.Replace(next.Values);
    }

    /// <summary>Those that were killed since it was last asked.</summary>
    public IEnumerable<KillTarget> TakeKilled() => _held.Values.Where(target => target.TakeKilled()).ToList();
}
