namespace Understudy.Decisions.Fleet;

/// <summary>How a watch is kept from going silent.</summary>
public sealed record WatchRules
{
    /// <summary>Streams, each on a member of its own: one that freezes or is cut off costs nothing.</summary>
    public int Streams { get; init; } = 2;

    /// <summary>A stream that said nothing for so long is asked for a sign of life.</summary>
    public TimeSpan Ask { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A stream that said nothing for so long is given up, and another member's opened.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromMilliseconds(1200);

    /// <summary>Without a sign of life from any stream for so long, what is known may be old.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A member whose stream failed is left alone for so long.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(300);
}

/// <summary>One stream of a watch.</summary>
/// <param name="Id">The number that the watch gave it.</param>
/// <param name="AskedAt">For a sign of life, since it was last heard.</param>
public readonly record struct WatchStreamSight(int Id, int Member, TimeSpan HeardAt, TimeSpan? AskedAt);

/// <summary>A watch as it stands.</summary>
/// <param name="HeardAt">The newest sign of life of any stream.</param>
/// <param name="Stale">It was told that what is known may be old.</param>
/// <param name="FailedAt">By member: when its stream last failed.</param>
public sealed record WatchState(IReadOnlyList<WatchStreamSight> Streams, TimeSpan HeardAt, bool Stale, IReadOnlyList<TimeSpan?> FailedAt);

/// <summary>What a watch does now, and when it looks again at the latest.</summary>
public sealed record WatchTurn(IReadOnlyList<int> Open, IReadOnlyList<int> Ask, IReadOnlyList<int> Drop, bool? TellStale, TimeSpan Until);

/// <summary>When a watch asks, gives up and opens streams, and when it says that it hears nothing.</summary>
public static class WatchDecision
{
    /// <returns>Open: members. Ask, Drop: streams. TellStale: true, now stale; false, fresh again.</returns>
    public static WatchTurn Next(WatchRules rules, WatchState state, TimeSpan now)
    {
        var drop = state.Streams.Where(stream => now - stream.HeardAt >= rules.GiveUp).ToList();
        var kept = state.Streams.Except(drop).ToList();
        var ask = kept.Where(stream => stream.AskedAt is null && now - stream.HeardAt >= rules.Ask).ToList();
        var open = Enumerable.Range(0, state.FailedAt.Count)
            .Where(member => kept.All(stream => stream.Member != member) && drop.All(stream => stream.Member != member) && !(now - state.FailedAt[member] < rules.Pause))
            .OrderBy(member => state.FailedAt[member] ?? TimeSpan.MinValue)
            .Take(Math.Max(0, rules.Streams - kept.Count)).ToList();
        var stale = now - state.HeardAt >= rules.Stale;
        TimeSpan[] looks =
        [
            .. kept.Except(ask).Where(stream => stream.AskedAt is null).Select(stream => stream.HeardAt + rules.Ask),
            .. kept.Select(stream => stream.HeardAt + rules.GiveUp),
            .. stale ? Array.Empty<TimeSpan>() : [state.HeardAt + rules.Stale],
        ];
        return new WatchTurn(open, [.. ask.Select(stream => stream.Id)], [.. drop.Select(stream => stream.Id)], stale == state.Stale ? null : stale,
            looks.Append(now + rules.Pause).Min());
    }
}
