namespace Understudy.Decisions.Sampling;

/// <summary>
/// Which processes' memory is read in a turn, once a second: each at least every 30 s, young ones more often, and never many at once, so that
/// the cost is spread out.
/// </summary>
public static class SamplingPlan
{
    /// <summary>CPU time that a turn may take, 3 % of a core: a thousand forks of a large application. With more, samples get older than they should, which is shown.</summary>
    public static readonly TimeSpan MostCpu = TimeSpan.FromMilliseconds(30);

    /// <summary>What is due then is read before it is 30 s old.</summary>
    static readonly TimeSpan Usual = TimeSpan.FromSeconds(24);

    static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    /// <summary>Turns in which all are read once.</summary>
    const int Turns = 20;

    /// <param name="StartedAt">Since boot.</param>
    /// <param name="ReadAt">When it was last read, or tried to; since boot. Null: never.</param>
    public readonly record struct Candidate(int Pid, TimeSpan StartedAt, TimeSpan? ReadAt);

    /// <summary>Those to be read now, the most urgent first: what was never read, then what has waited longest.</summary>
    public static IReadOnlyList<int> Due(IReadOnlyCollection<Candidate> candidates, TimeSpan now)
    {
        var unread = candidates.Where(candidate => candidate.ReadAt is null).Select(candidate => candidate.Pid);
        var due = candidates.Where(candidate => candidate.ReadAt is { } read && now - read >= Interval(read - candidate.StartedAt))
            .OrderBy(candidate => candidate.ReadAt).Select(candidate => candidate.Pid).Take((candidates.Count + Turns - 1) / Turns);
        return [.. unread, .. due];
    }

    /// <summary>A program that starts grows, so that a first sample soon says little.</summary>
    /// <param name="age">That it had when it was last read.</param>
    public static TimeSpan Interval(TimeSpan age) => age / 2 < Least ? Least : age / 2 > Usual ? Usual : age / 2;
}
