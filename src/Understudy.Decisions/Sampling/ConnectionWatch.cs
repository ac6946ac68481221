namespace Understudy.Decisions.Sampling;

/// <summary>What the scans have seen of shared connections so far.</summary>
public sealed record ConnectionsState
{
    public static ConnectionsState Empty { get; } = new();

    public IReadOnlyList<WatchedConnection> Watched { get; init; } = [];

    /// <summary>What there is to tell of, the worst first.</summary>
    public IReadOnlyList<SharedConnection> Shared { get; init; } = [];
}

/// <param name="Mark">What had gone over it when two of its present holders were first seen to hold it.</param>
/// <param name="Bytes">Gone over it since then.</param>
public sealed record WatchedConnection(ConnectionSight Sight, TimeSpan FirstSeen, long Mark, long Bytes, bool Mixed);

/// <param name="Kind">connection.shared, connection.mixed or connection.unshared.</param>
public sealed record ConnectionNews(string Kind, string App, string Pool, string Message);

/// <summary>
/// Follows shared connections from scan to scan. One that stands is worth a warning; one over which bytes go while the same two processes hold
/// it is an error. Clients that notice a fork by themselves (<see cref="ForkNotice"/>) are not warned of, only the error is. Told once for each pool and peer, however many connections and deploys it comes to.
/// </summary>
public static class ConnectionWatch
{
    /// <summary>So long may an after-fork hook take to close what it inherited: a loaded Rails process runs its own within a second or two.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static (ConnectionsState State, IReadOnlyList<ConnectionNews> News) Turn(ConnectionsState state, IReadOnlyList<ConnectionSight> seen, TimeSpan now)
    {
        var before = state.Watched.ToDictionary(one => one.Sight.Shared.Inode);
        var watched = seen.Select(sight => Follow(before.GetValueOrDefault(sight.Shared.Inode), sight, now)).ToList();
        var shared = watched.GroupBy(one => (one.Sight.App, one.Sight.Pool, one.Sight.Peer))
            .Select(group => Describe([.. group], state.Shared.FirstOrDefault(known => Is(known, group.Key)), now))
            .OrderByDescending(one => one.Grade).ThenBy(one => one.Since).ToList();
        return (new ConnectionsState { Watched = watched, Shared = [.. shared.Where(one => one.Grade > SharingGrade.Young)] }, News(state.Shared, shared));
    }

    static WatchedConnection Follow(WatchedConnection? before, ConnectionSight sight, TimeSpan now)
    {
        var mark = sight.Shared.Mark;
        if (before is null || before.Sight.Holders.Intersect(sight.Holders).Count() < 2)
            return new(sight, before?.FirstSeen ?? now, mark, 0, before?.Mixed ?? false);
        // Unread bytes that are others than before have come while it was shared; that they are gone says the same.
        var bytes = sight.Shared.Counted ? Math.Max(0, mark - before.Mark) : Math.Max(before.Bytes, Math.Abs(mark - before.Mark));
        return before with { Sight = sight, Bytes = bytes, Mixed = before.Mixed || bytes > 0 };
    }

    static SharedConnection Describe(List<WatchedConnection> group, SharedConnection? known, TimeSpan now)
    {
        var grade = group.Any(one => one.Mixed) ? SharingGrade.Mixed : group.Any(one => !one.Sight.NoticesFork && now - one.FirstSeen >= Patience) ? SharingGrade.Standing : SharingGrade.Young;
        // A deploy replaces the processes and not the cause.
        if (known is not null && known.Grade > grade)
            grade = known.Grade;
        var sight = group[0].Sight;
        var holders = group.SelectMany(one => one.Sight.Holders).DistinctBy(holder => holder.Pid).OrderBy(holder => holder.Pid).ToList();
        return new(
            sight.App, sight.Pool, sight.Peer, grade, [.. holders.Select(holder => holder.Worker).Distinct()], group.Count, [.. holders.Select(holder => holder.Pid)],
            group.Min(one => SharedSince(one.Sight)), group.Sum(one => one.Bytes), sight.Remedy);
    }

    /// <summary>A fork inherits what is open, so the second oldest holder's start is when one became two.</summary>
    static TimeSpan SharedSince(ConnectionSight sight) => sight.Holders.Select(holder => holder.StartedAt).Order().ElementAt(1);

    static List<ConnectionNews> News(IReadOnlyList<SharedConnection> before, List<SharedConnection> now)
    {
        var news = new List<ConnectionNews>();
        foreach (var one in now)
        {
            var known = before.FirstOrDefault(known => Is(known, (one.App, one.Pool, one.Peer)))?.Grade ?? SharingGrade.Young;
            if (one.Grade > known)
                news.Add(new(one.Grade == SharingGrade.Mixed ? "connection.mixed" : "connection.shared", one.App, one.Pool, one.Sentence));
        }
        foreach (var gone in before.Where(known => !now.Any(one => Is(known, (one.App, one.Pool, one.Peer)))))
            news.Add(new("connection.unshared", gone.App, gone.Pool, $"no connection to {gone.Peer} is shared by processes of {gone.Pool} any more"));
        return news;
    }

    static bool Is(SharedConnection known, (string App, string Pool, string Peer) key) => known.App == key.App && known.Pool == key.Pool && known.Peer == key.Peer;
}
