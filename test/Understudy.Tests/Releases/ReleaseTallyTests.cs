using Understudy.Decisions.Proxying;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class ReleaseTallyTests
{
    static readonly Dictionary<string, string> Releases = new() { ["shop.web.1"] = "old", ["shop.web.2"] = "new" };
    readonly ReleaseTally _tally = new("shop", "new");
    TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Each_release_has_what_its_workers_did()
    {
        Take(("shop.web.1", 100, 1), ("shop.web.2", 10, 2));
        Take(("shop.web.1", 150, 1), ("shop.web.2", 30, 5));
        Assert.Equal((150, 1), (_tally.Old.Requests, _tally.Old.Failures));
        Assert.Equal((30, 5), (_tally.New.Requests, _tally.New.Failures));
    }

    [Fact]
    public void Another_proxy_that_counts_from_nothing_adds_to_what_was()
    {
        Take(("shop.web.1", 100, 0));
        Take(("shop.web.1", 7, 0));
        Assert.Equal(107, _tally.Old.Requests);
    }

    [Fact]
    public void A_worker_that_is_gone_still_counts()
    {
        Take(("shop.web.1", 100, 3));
        Take(("shop.web.2", 1, 0));
        Assert.Equal((100, 3), (_tally.Old.Requests, _tally.Old.Failures));
    }

    [Fact]
    public void Other_apps_and_strangers_do_not_count()
    {
        Take(("shop.web.9", 100, 3));
        _tally.Take(Report("blog", ("shop.web.1", 5, 5)), Releases, _now);
        Assert.Equal((0, 0), (_tally.Old.Requests, _tally.New.Requests));
    }

    [Fact]
    public void What_the_old_release_did_before_the_last_minutes_is_past()
    {
        var tally = new ReleaseTally("shop", "new", Report("shop", ("shop.web.1", 1_000_000, 9)));
        tally.Take(Report("shop", ("shop.web.1", 1_000_200, 12)), Releases, _now);
        Assert.Equal((200, 3), (tally.Old.Requests, tally.Old.Failures));
    }

    [Fact]
    public void How_long_a_new_worker_takes_while_it_warms_up_is_not_held_against_it()
    {
        Take(("shop.web.2", 10, 0));
        Assert.Equal(0, _tally.New.Durations.Sum());
        _now += TimeSpan.FromSeconds(3);
        Take(("shop.web.2", 14, 0));
        Assert.Equal(4, _tally.New.Durations.Sum());
    }

    void Take(params (string Id, long Requests, long Failures)[] workers) => _tally.Take(Report("shop", workers), Releases, _now);

    static ProxyReport Report(string app, params (string Id, long Requests, long Failures)[] workers) => new()
    {
        Pid = 1,
        Version = "1",
        RoutesRevision = 1,
        State = "serving",
        Listen = [],
        Connections = 0,
        Pools =
        [
            new PoolReport
            {
                App = app,
                Pool = "web",
                Queued = 0,
                OldestQueuedMs = 0,
                InFlight = 0,
                Requests = 0,
                Retries = 0,
                Refused = 0,
                LostInside = 0,
                TimedOut = 0,
                QueueWaitMs = 0,
                Workers = [.. workers.Select(worker => new WorkerReport(worker.Id, true, 0, 0, worker.Requests, null, null) { Failures = worker.Failures, Durations = [worker.Requests] })],
            },
        ],
    };
}
