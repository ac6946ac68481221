using System.Globalization;

namespace Understudy.Decisions.Releases;

/// <summary>
/// Takes an app from one release to the next without a moment of neither: a canary first, then the rest one at a time, then a watch. What is
/// worse than before goes back by itself.
/// </summary>
public static class RolloutDecision
{
    /// <summary>The canary serves this long, or this many requests, before the first old worker leaves.</summary>
    public static readonly TimeSpan CanaryServes = TimeSpan.FromSeconds(1);
    public const int CanaryRequests = 50;

    /// <summary>New workers in a row that may end by themselves; one may be an accident. One that is not ready in time is none.</summary>
    public const int FailuresAllowed = 1;

    /// <summary>A rollback whose old workers do not come back is reported after this time; the pools go on trying.</summary>
    public static readonly TimeSpan BackWithin = TimeSpan.FromMinutes(10);

    public static RolloutTurn Turn(RolloutState state, RolloutPlan plan, RolloutObservation observed, TimeSpan now)
    {
        if (state.IsOver)
            return new RolloutTurn(state, [], "", null);
        if (state.Phase == RolloutPhase.RollingBack)
            return GoingBack(state, observed, now);
        if (!state.OthersEnd && Wrong(state, observed) is { } wrong)
            return Back(state, plan, wrong.Why, wrong.Worker, now);
        return state.Phase switch
        {
            RolloutPhase.Canary => Canary(state, plan, observed, now),
            RolloutPhase.Rolling => Rolling(state, plan, observed, now),
            _ => Watching(state, plan, observed, now),
        };
    }

    static RolloutTurn Canary(RolloutState state, RolloutPlan plan, RolloutObservation observed, TimeSpan now)
    {
        if (state.Begun.Count == 0)
            return new RolloutTurn(state with { Begun = [plan.Pools[0]] }, [new RolloutAction.Begin(plan.Pools[0], Hold: !plan.First)], $"rolling {plan.Pools[0]}", null);
        var pool = observed.Pools.FirstOrDefault(found => found.Name == plan.Pools[0]);
        if (pool is null || !pool.Turned || (pool.NewReady == 0 && pool.Wanted > 0))
            return new RolloutTurn(state, [], $"{plan.Pools[0]}: the first new worker is starting", null);
        if (state.ServesSince is not { } since)
            return new RolloutTurn(state with { ServesSince = now }, [], $"{pool.Name}: the first new worker serves", now + CanaryServes);
        // Nothing to compare with: nobody waits for it.
        var proven = plan.First || pool.OthersRouted == 0 || !pool.TakesRequests || observed.NewRequests >= CanaryRequests || now - since >= CanaryServes;
        return proven
            ? new RolloutTurn(state with { Phase = RolloutPhase.Rolling, Since = now }, [new RolloutAction.Proceed(pool.Name)], $"{pool.Name}: the first new worker serves well", now)
            : new RolloutTurn(state, [], $"{pool.Name}: the first new worker serves", since + CanaryServes);
    }

    static RolloutTurn Rolling(RolloutState state, RolloutPlan plan, RolloutObservation observed, TimeSpan now)
    {
        // One pool after the other: a release that the web pool does not take never reaches the jobs.
        if (observed.Pools.FirstOrDefault(pool => !pool.IsComplete) is { } waiting)
            return new RolloutTurn(state, [], Progress(waiting), null);
        if (plan.Pools.FirstOrDefault(pool => !state.Begun.Contains(pool)) is { } next)
            return new RolloutTurn(state with { Begun = [.. state.Begun, next] }, [new RolloutAction.Begin(next, Hold: false)], $"rolling {next}", null);
        return new RolloutTurn(state with { Phase = RolloutPhase.Watching, Since = now }, [], "all workers are of the new release", now);
    }

    static RolloutTurn Watching(RolloutState state, RolloutPlan plan, RolloutObservation observed, TimeSpan now)
    {
        var end = state.Since + (plan.First ? TimeSpan.Zero : plan.Watch);
        if (end > now)
            return new RolloutTurn(state, [], string.Create(CultureInfo.InvariantCulture, $"watching errors and latency for {plan.Watch.TotalSeconds:0.#} s"), end);
        if (!state.OthersEnd)
            return new RolloutTurn(state with { OthersEnd = true }, [new RolloutAction.EndOthers()], "the new release serves as well as the one before", now);
        return observed.OtherPools > 0
            ? new RolloutTurn(state, [], "ending the pools that the new release does not have", null)
            : new RolloutTurn(state with { Phase = RolloutPhase.Done, Since = now }, [], "", null);
    }

    static RolloutTurn Back(RolloutState state, RolloutPlan plan, string why, string? worker, TimeSpan now)
    {
        var actions = plan.Pools.Where(state.Begun.Contains).Select(pool => new RolloutAction.Back(pool));
        return new RolloutTurn(state with { Phase = RolloutPhase.RollingBack, Since = now, Reason = why, FailedWorker = worker }, [.. actions], $"rolling back: {why}", now);
    }

    static RolloutTurn GoingBack(RolloutState state, RolloutObservation observed, TimeSpan now)
    {
        var waiting = observed.Pools.FirstOrDefault(pool => !pool.IsComplete);
        if (waiting is not null && now - state.Since < BackWithin)
            return new RolloutTurn(state, [], Progress(waiting), state.Since + BackWithin);
        return new RolloutTurn(state with { Phase = RolloutPhase.RolledBack, Since = now, Incomplete = waiting is not null }, [], $"rolled back: {state.Reason}", null);
    }

    static (string Why, string? Worker)? Wrong(RolloutState state, RolloutObservation observed)
    {
        if (observed.Cancelled is { } who)
            return ($"cancelled by {who}", null);
        foreach (var pool in observed.Pools.Where(pool => state.Begun.Contains(pool.Name)))
        {
            if (pool.NotReady > 0 || pool.Failures > FailuresAllowed)
                return ($"a new worker of {pool.Name} failed: {pool.LastFailure}", pool.LastFailed);
        }
        return observed.Worse is { } worse ? (worse, null) : null;
    }

    static string Progress(RolloutPool pool) =>
        $"{pool.Name}: {pool.NewReady} of {pool.Wanted} new workers serve{(pool.Others == 0 ? "" : $", {pool.Others} others are still there")}";
}
