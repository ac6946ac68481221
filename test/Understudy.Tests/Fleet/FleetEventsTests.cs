using Understudy.Fleet;
using Understudy.State;

namespace Understudy.Tests.Fleet;

public sealed class FleetEventsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _shared;
    readonly EmbeddedStore _store;
    readonly CancellationTokenSource _stop = new();
    readonly List<Task> _sending = [];
    readonly List<Database> _own = [];

    public FleetEventsTests() => _store = new EmbeddedStore(_shared = new Database(_folder["shared.db"]), TimeProvider.System);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll([.. _sending], CancellationToken.None);
        _own.ForEach(database => database.Dispose());
        _shared.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Events_of_all_hosts_have_one_order_whatever_their_clocks_say()
    {
        var (one, log1) = Host("web-1", DateTimeOffset.UnixEpoch.AddYears(60));
        var (_, log2) = Host("web-2", DateTimeOffset.UnixEpoch.AddYears(60).AddHours(-1));
        foreach (var (log, word) in new[] { (log1, "first"), (log2, "second"), (log1, "third"), (log2, "fourth") })
        {
            log.Add("test", word);
            await Until(one, word);
        }
        var all = await one.Newest(0, 100, Ending);
        Assert.Equal(["web-1 first", "web-2 second", "web-1 third", "web-2 fourth"], all.Select(told => $"{told.Host} {told.Event.Message}"));
        Assert.Equal(["fourth"], (await one.Newest(all[2].Order, 100, Ending)).Select(told => told.Event.Message));
        Assert.Equal(["third", "fourth"], (await one.Newest(0, 2, Ending)).Select(told => told.Event.Message));
    }

    [Fact]
    public async Task What_happened_before_the_host_was_in_the_fleet_is_not_sent_and_nothing_twice()
    {
        var path = Folder("web-1");
        var database = new Database(path.State);
        _own.Add(database);
        var log = new EventLog(database, TimeProvider.System);
        log.Add("test", "before");
        using var stop = new CancellationTokenSource();
        var events = new FleetEvents(path, _store, log, "web-1", TimeProvider.System);
        var sending = events.Send(stop.Token);
        log.Add("test", "after");
        await Until(events, "after");
        await stop.CancelAsync();
        await sending;
        log.Add("test", "while it was away");
        var next = new FleetEvents(path, _store, log, "web-1", TimeProvider.System);
        _sending.Add(next.Send(_stop.Token));
        await Until(next, "while it was away");
        Assert.Equal(["after", "while it was away"], (await next.Newest(0, 100, Ending)).Select(told => told.Event.Message));
    }

    Paths Folder(string name)
    {
        var paths = new Paths(_folder[name]);
        Directory.CreateDirectory(paths.Fleet);
        return paths;
    }

    (FleetEvents Events, EventLog Log) Host(string name, DateTimeOffset now)
    {
        var paths = Folder(name);
        var database = new Database(paths.State);
        _own.Add(database);
        var log = new EventLog(database, new SetTime(now));
        var events = new FleetEvents(paths, _store, log, name, TimeProvider.System);
        _sending.Add(events.Send(_stop.Token));
        return (events, log);
    }

    static async Task Until(FleetEvents events, string word)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while ((await events.Newest(0, 100, deadline.Token)).All(told => told.Event.Message != word))
            await timer.WaitForNextTickAsync(deadline.Token);
    }
}
