using Understudy.State;

namespace Understudy.Tests.State;

public sealed class EventLogTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly EventLog _log;

    public EventLogTests()
    {
        _database = new Database(_folder["state.db"]);
        _log = new EventLog(_database, TimeProvider.System);
    }

    [Fact]
    public void Events_come_in_order_from_where_one_left_off()
    {
        for (var i = 0; i < 5; i++)
            _log.Add("test", $"event {i}");
        var first = _log.After(0, 2);
        Assert.Equal(["event 0", "event 1"], first.Select(one => one.Message));
        Assert.Equal(["event 2", "event 3", "event 4"], _log.After(first[^1].Id, 10).Select(one => one.Message));
    }

    [Fact]
    public async Task Who_waits_for_a_newer_event_is_woken_by_it()
    {
        var waiting = _log.AnyAfter(_log.Newest, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        _log.Add("test", "now");
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_same_trouble_is_told_once_a_minute()
    {
        var time = new StandingTime();
        var log = new EventLog(_database, time);
        for (var turn = 0; turn < 3; turn++)
            log.Trouble("a turn", new InvalidOperationException("one"));
        log.Trouble("a turn", new InvalidOperationException("two"));
        Assert.Equal(["a turn failed and is tried again: one", "a turn failed and is tried again: two"], log.After(0, 10).Select(one => one.Message));
        time.Now += TimeSpan.FromMinutes(1);
        log.Trouble("a turn", new InvalidOperationException("one"));
        Assert.Equal(3, log.After(0, 10).Count);
    }

    [Fact]
    public void Only_the_newest_are_kept()
    {
        _database.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 0) ON CONFLICT DO NOTHING");
        _log.Add("test", "old");
        _database.Execute("UPDATE sqlite_sequence SET seq = $seq WHERE name = 'events'", ("$seq", EventLog.Kept + 999));
        _log.Add("test", "new");
        Assert.Equal(["new"], _log.After(0, 10).Select(one => one.Message));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    sealed class StandingTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
