using Understudy.Decisions.Releases;

namespace Understudy.Decisions.Workers;

/// <summary>What it does to a pool's state to be told of another release, or of the one before again.</summary>
public static class PoolChange
{
    /// <summary>Every worker is replaced by one of the same release.</summary>
    public static PoolState Restart(PoolState state) => Afresh(state) with { Generation = state.NextGeneration, Ending = state.Ending };

    /// <summary>Workers of another release from now on.</summary>
    /// <param name="isOfIt">Whether a worker, by its id, is of that release already: after an agent's death in the middle of it, or in a rollback.</param>
    /// <param name="hold">The first new worker serves beside all the old ones until <see cref="Proceed"/>.</param>
    public static PoolState To(PoolState state, Func<string, bool> isOfIt, bool hold)
    {
        var begun = state.Workers.Where(worker => !worker.Leaving && isOfIt(worker.Id)).Select(worker => worker.Generation);
        return Afresh(state) with { Generation = begun.DefaultIfEmpty(state.NextGeneration).Max(), Hold = hold };
    }

    /// <summary>The old release again: its workers are what they should be, and those of the new one leave.</summary>
    public static PoolState Back(PoolState state, Func<string, bool> isOfIt)
    {
        var back = To(state, isOfIt, hold: false);
        return back.Generation == state.Generation ? back : back with { Rejected = state.Generation };
    }

    public static PoolState Proceed(PoolState state) => state with { Hold = false };

    /// <summary>How far it is.</summary>
    /// <param name="turned">It has had a turn since it was told.</param>
    public static RolloutPool Look(PoolState state, string name, bool takesRequests, bool turned)
    {
        var current = state.Workers.Where(worker => worker.Generation == state.Generation && !worker.Leaving).ToList();
        return new RolloutPool(name, takesRequests)
        {
            Wanted = state.Wanted,
            NewReady = current.Count(worker => worker.Phase == WorkerPhase.Ready),
            Others = state.Workers.Count - current.Count,
            OthersRouted = state.Workers.Count(worker => worker.Phase == WorkerPhase.Ready && worker.Generation != state.Generation),
            Failures = state.Failures,
            NotReady = state.NotReady,
            LastFailure = state.LastFailure,
            LastFailed = state.LastFailed,
            Turned = turned,
        };
    }

    static PoolState Afresh(PoolState state) => state with { Failures = 0, NotReady = 0, LastFailureAt = null, LastFailure = null, LastFailed = null, Rejected = null, Hold = false, Ending = false };
}
