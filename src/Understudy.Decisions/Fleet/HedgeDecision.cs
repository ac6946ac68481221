namespace Understudy.Decisions.Fleet;

/// <summary>How one call goes to the members of the store.</summary>
public sealed record HedgeRules
{
    /// <summary>How long one member is given.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>After so long without an answer the next member is asked too: a member answers in 1 to 20 ms, a frozen one never.</summary>
    public TimeSpan Hedge { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Between two attempts at the same member: one that refuses does so within a millisecond.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The whole call. An election takes 0.5 to 1 s, and a call should outlast one.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>A member that was asked.</summary>
/// <param name="SentAt">Since the call began.</param>
/// <param name="Over">It failed, or its time ran out. One that answered ends the call.</param>
public readonly record struct HedgeAttempt(int Member, TimeSpan SentAt, bool Over);

/// <summary>What the call does next.</summary>
/// <param name="Ask">The member to ask now.</param>
/// <param name="Until">Without a member: look again then, or when an attempt ends. Null: give up.</param>
public readonly record struct HedgeTurn(int? Ask, TimeSpan? Until)
{
    public bool GiveUp => Ask is null && Until is null;
}

/// <summary>Which member a call asks, and when it asks another beside it. No call outlives its deadline.</summary>
public static class HedgeDecision
{
    /// <param name="order">The members, the best first; see <see cref="MemberOrder"/>.</param>
    public static HedgeTurn Next(HedgeRules rules, IReadOnlyList<int> order, IReadOnlyList<HedgeAttempt> attempts, TimeSpan now)
    {
        if (now >= rules.Within || order.Count == 0)
            return default;
        if (attempts.Count > 0 && attempts[^1] is { Over: false } newest && now < newest.SentAt + rules.Hedge)
            return Wait(rules, newest.SentAt + rules.Hedge);
        int? best = null;
        var bestFrom = TimeSpan.MaxValue;
        foreach (var member in order)
        {
            if (From(rules, attempts, member) is { } from && from < bestFrom)
                (best, bestFrom) = (member, from);
        }
        return best is null ? Wait(rules, rules.Within) : bestFrom <= now ? new HedgeTurn(best, null) : Wait(rules, bestFrom);
    }

    /// <summary>From when on the member may be asked again; null while it has not answered.</summary>
    static TimeSpan? From(HedgeRules rules, IReadOnlyList<HedgeAttempt> attempts, int member)
    {
        var from = TimeSpan.Zero;
        foreach (var attempt in attempts)
        {
            if (attempt.Member != member)
                continue;
            if (!attempt.Over)
                return null;
            from = attempt.SentAt + rules.Pause;
        }
        return from;
    }

    static HedgeTurn Wait(HedgeRules rules, TimeSpan until) => new(null, until < rules.Within ? until : rules.Within);
}
