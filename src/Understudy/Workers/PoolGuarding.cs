using System.Globalization;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.State;

namespace Understudy.Workers;

/// <summary>What the memory guard asks of the pools.</summary>
static class PoolGuarding
{
    public static GuardParts Of(HostedPools pools, StaleWatch stale, EventLog events) => new()
    {
        Look = () =>
        {
            var guarded = pools.All.Select(pool => pool.Guarded()).ToList();
            return ([.. guarded.SelectMany(pool => pool.Workers)], [.. guarded.SelectMany(pool => pool.Places), .. stale.Places]);
        },
        Measure = () =>
        {
            foreach (var pool in pools.All)
                pool.MeasureMemory(all: true);
        },
        Recycle = (id, reason, outFirst) =>
        {
            foreach (var pool in pools.All)
                pool.Recycle(id, reason, outFirst);
        },
        Reap = stale.Reap,
        Group = Group,
        Tell = (kind, message, worker) => events.Add(kind, message, workerId: worker),
    };

    /// <summary>That of any worker, for they are limited together; before there is one, the agent's own, in which they will be started.</summary>
    static string? Group(IReadOnlyList<KillPlace> places) => places.Count == 0
        ? MemoryGroups.Limiting("self")
        : MemoryGroups.Limiting(places[0].Pid.ToString(CultureInfo.InvariantCulture), places[0].Id);
}
