using System.Globalization;

namespace Understudy.Decisions.Workers;

/// <summary>How many workers the load asks for, between the bounds: grows within seconds, shrinks over a minute.</summary>
public static class PoolSizing
{
    /// <summary>A queue that stands this long asks for one more worker.</summary>
    public static readonly TimeSpan QueuedFor = TimeSpan.FromSeconds(1);

    /// <summary>Slots filled beyond `BusyShare` this long ask for one more worker.</summary>
    public static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(5);

    /// <summary>Load that one worker fewer would carry at `IdleShare` for this long lets one go.</summary>
    public static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(60);

    /// <summary>Why it does not grow though load asks for it.</summary>
    public const string Held = "the load asks for one more worker, and the memory guard lets none start";

    const double BusyShare = 0.8;
    const double IdleShare = 0.5;

    public readonly record struct Sizing(int Wanted, string Reason, TimeSpan? BusySince, TimeSpan? IdleSince, TimeSpan? WakeAt);

    public static Sizing Decide(PoolState state, PoolRules rules, PoolObservation observed, TimeSpan now)
    {
        var wanted = Math.Clamp(state.Wanted, rules.Min, rules.Max);
        if (wanted != state.Wanted)
            return new(wanted, $"the bounds are {rules.Min} to {rules.Max}", null, null, null);
        var ready = state.Count(WorkerPhase.Ready);
        if (rules.Min == rules.Max || ready == 0)
            return new(wanted, "", null, null, null);

        var queued = observed.Queued > 0;
        var busy = queued || observed.Load >= BusyShare * ready * rules.Concurrency;
        if (busy && wanted < rules.Max && state.Count(WorkerPhase.Starting) == 0)
        {
            var since = state.BusySince ?? now;
            var patience = queued ? QueuedFor : BusyFor;
            if (observed.GrowthHeld)
                return new(wanted, Held, since, null, null);
            if (now - since < patience)
                return new(wanted, "", since, null, since + patience);
            var reason = queued ? $"{observed.Queued} requests wait" : string.Create(CultureInfo.InvariantCulture, $"{observed.Load:0.#} of {ready * rules.Concurrency} slots are busy");
            return new(wanted + 1, reason, null, null, null);
        }

        if (busy || wanted == rules.Min || observed.Load > IdleShare * (wanted - 1) * rules.Concurrency)
            return new(wanted, "", busy ? state.BusySince : null, null, null);
        var quietSince = state.IdleSince ?? now;
        return now - quietSince < IdleFor
            ? new(wanted, "", null, quietSince, quietSince + IdleFor)
            : new(wanted - 1, string.Create(CultureInfo.InvariantCulture, $"one fewer has been enough for {IdleFor.TotalSeconds:0} s"), null, now, now + IdleFor);
    }
}
