using Understudy.Decisions.Proxying;
using Understudy.Decisions.Releases;

namespace Understudy.Releases;

/// <summary>Adds up what each release's workers answered, as the proxy counts it, over workers that go and proxies that are replaced.</summary>
/// <param name="before">The proxy's word of some minutes ago: what the old release did before that is past. Null: none is known.</param>
sealed class ReleaseTally(string app, string newRelease, ProxyReport? before = null)
{
    /// <summary>A new worker's answers in this first time are not held against it: it is still warming up. Its failures are.</summary>
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    readonly Dictionary<string, (string Release, TimeSpan SeenAt, ReleaseFigures Last)> _workers = [];

    public ReleaseFigures Old { get; private set; } = ReleaseFigures.Empty;

    public ReleaseFigures New { get; private set; } = ReleaseFigures.Empty;

    public void Take(ProxyReport report, IReadOnlyDictionary<string, string> releases, TimeSpan now)
    {
        foreach (var worker in report.Pools.Where(pool => pool.App == app).SelectMany(pool => pool.Workers))
        {
            if (!releases.TryGetValue(worker.Id, out var release))
                continue;
            var figures = ReleaseFigures.Of(worker);
            var (_, seenAt, last) = _workers.GetValueOrDefault(worker.Id, (release, now, Before(worker.Id)));
            _workers[worker.Id] = (release, seenAt, figures);
            var since = figures.Minus(last);
            if (release == newRelease)
                New = New.Plus(now - seenAt < WarmUp ? since with { Durations = [] } : since);
            else
                Old = Old.Plus(since);
        }
    }

    ReleaseFigures Before(string worker) =>
        before?.Pools.Where(pool => pool.App == app).SelectMany(pool => pool.Workers).FirstOrDefault(found => found.Id == worker) is { } found ? ReleaseFigures.Of(found) : ReleaseFigures.Empty;
}
