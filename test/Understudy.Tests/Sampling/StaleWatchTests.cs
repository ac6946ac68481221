using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Releases;
using Understudy.Sampling;
using Understudy.State;
using Understudy.Tests.Linux;

namespace Understudy.Tests.Sampling;

/// <summary>Looking and ending on a made-up kernel: what it was told to kill lives on here, so that all can be seen.</summary>
public sealed class StaleWatchTests : IDisposable
{
    readonly FakeGroups _fake = new();
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly EventLog _events;
    readonly CommandClaims _claims = new();
    readonly Dictionary<string, CurrentOwner> _current = [];
    readonly List<string> _released = [];
    StaleRules _rules = new() { Apps = new Dictionary<string, StalePolicy?> { ["shop"] = null } };

    public StaleWatchTests()
    {
        _database = new Database(_folder["state.db"]);
        _events = new EventLog(_database, TimeProvider.System);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public void A_worker_of_nobody_is_found_at_the_second_look_told_with_its_evidence_and_shown()
    {
        _fake.Runs("shop.web.1", 20).Runs("shop.web.2", 30);
        _current["shop.web.1"] = new CurrentOwner();
        var watch = Watch();
        Assert.True(watch.Turn());
        Assert.Empty(watch.Found);
        Assert.False(watch.Turn());
        var stale = Assert.Single(watch.Found);
        Assert.Equal(("shop.web.2", "is in no pool's ledger"), (stale.Id, stale.Reason));
        var told = Assert.Single(Events());
        Assert.Equal(("stale.found", "shop", "web", "web.2"), (told.Kind, told.App, told.Pool, told.Worker));
        Assert.Contains("1 process: 30 ruby; it is asked to end, and killed in 30 s", told.Message, StringComparison.Ordinal);
        var document = StaleDescription.Of(stale, BootClock.Now);
        Assert.Equal(("shop.web.2", "reap", 30), (document.Id, document.Policy, Assert.Single(document.Processes).Pid));
        Assert.Matches("^was asked to end 0 s ago; is killed in (29|30) s$", document.KeptBy);
    }

    [Fact]
    public void Its_age_and_reason_outlast_the_agent()
    {
        _rules = _rules with { Host = StalePolicy.Report };
        _fake.Runs("shop.web.2", 30);
        var before = Watch();
        before.Turn();
        before.Turn();
        var after = Watch();
        after.Turn();
        Assert.Equal(Assert.Single(before.Found).Since, Assert.Single(after.Found).Since);
        Assert.Equal("`stale: report` leaves it alone: `understudy reap` ends it", after.Found[0].KeptBy(BootClock.Now));
        _fake.Ends("shop.web.2", 30);
        after.Turn();
        Assert.Empty(new StaleLedger(_database).Records);
        Assert.Equal(["shop.web.2"], _released);
        Assert.Equal(["stale.found", "stale.found", "stale.gone"], Events().Select(told => told.Kind));
    }

    [Fact]
    public void When_memory_runs_out_it_is_killed_before_its_deadline_and_only_once()
    {
        _fake.Runs("shop.web.2", 30).Runs("shop.run-50", 51);
        var watch = Watch();
        Assert.Null(watch.Reap());
        watch.Turn();
        watch.Turn();
        Assert.False(_fake.Killed("shop.web.2"));
        Assert.Equal(["shop.web.2"], watch.Places.Select(place => place.Id));
        Assert.Equal("killed what is stale: shop.web.2 (1 process: 30 ruby)", watch.Reap());
        Assert.True(_fake.Killed("shop.web.2"));
        Assert.Null(watch.Reap());
        Assert.Equal(["stale.found", "stale.killed"], Events().Select(told => told.Kind));
    }

    [Fact]
    public void With_report_it_is_nobodys_to_kill_but_a_persons_until_all_ends()
    {
        _rules = _rules with { Host = StalePolicy.Report };
        _fake.Runs("shop.web.2", 30).Runs("shop.build-7", 60).Runs("shop.run-50", 51);
        var watch = Watch();
        watch.Turn();
        watch.Turn();
        Assert.Null(watch.Reap());
        Assert.Empty(watch.Places);
        Assert.False(_fake.Killed("shop.web.2"));
        watch.End();
        Assert.Equal((true, true, false), (_fake.Killed("shop.web.2"), _fake.Killed("shop.build-7"), _fake.Killed("shop.run-50")));
    }

    [Fact]
    public void A_command_whose_name_is_in_use_again_by_now_is_not_touched()
    {
        _fake.Runs("shop.cron-mail", 60);
        var watch = Watch();
        watch.Turn();
        // It begins after the ledgers were read and before the kill.
        IDisposable? claim = null;
        _beforeActs = () => claim ??= _claims.Take("shop.cron-mail");
        watch.Turn();
        Assert.False(_fake.Killed("shop.cron-mail"));
        claim!.Dispose();
        _beforeActs = null;
        watch.Turn();
        Assert.False(_fake.Killed("shop.cron-mail"));
    }

    Action? _beforeActs;

    [Fact]
    public void What_runs_is_counted_until_it_has_ended()
    {
        _fake.Runs("shop.cron-mail", 60);
        var watch = Watch();
        var claim = _claims.Take("shop.cron-mail");
        watch.Turn();
        watch.Turn();
        Assert.Empty(watch.Found);
        claim.Dispose();
        watch.Turn();
        watch.Turn();
        Assert.Equal("is left of a command that runs no more", Assert.Single(watch.Found).Reason);
        Assert.True(_fake.Killed("shop.cron-mail"));
    }

    [Fact]
    public void One_that_left_its_group_is_told_once_and_left()
    {
        _fake.Runs("shop.web.1", 20).Runs("shop.web.1", 21);
        _current["shop.web.1"] = new CurrentOwner();
        var watch = Watch();
        watch.Turn();
        _fake.Moves("shop.web.1", 21, "/user.slice");
        watch.Turn();
        watch.Turn();
        Assert.Equal(21, StaleDescription.Of(Assert.Single(watch.Moved)).Process.Pid);
        Assert.Equal("process.moved", Assert.Single(Events()).Kind);
        Assert.False(_fake.Killed("shop.web.1"));
    }

    [Fact]
    public void What_was_ended_by_hand_meanwhile_is_told()
    {
        var notes = new ReapedNotes(_folder["reaped"]);
        notes.Write([new("shop.web.2", "shop.web.2 is in no pool's ledger: killed by hand"), new("shop.build-7", "shop.build-7 was left: killed by hand")]);
        File.WriteAllText(_folder["reaped/half.json"], "[{");
        var watch = Watch();
        watch.Turn();
        watch.Turn();
        Assert.Equal([("stale.reaped", "web.2"), ("stale.reaped", null)], Events().Select(told => (told.Kind, told.Worker)));
    }

    IReadOnlyList<EventDocument> Events() => _events.After(0, 100);

    StaleWatch Watch() => new(
        _fake.Ownership, new StaleScan(_fake.Ownership, new ProcessTable(_fake.Proc.Path)), new StaleLedger(_database), new ReapedNotes(_folder["reaped"]), _events,
        new StaleParts
        {
            Current = () =>
            {
                var owners = new Dictionary<string, CurrentOwner>(_current);
                foreach (var id in _claims.Running)
                    owners[id] = new CurrentOwner();
                _beforeActs?.Invoke();
                return owners;
            },
            Rules = () => _rules,
            Unless = _claims.Unless,
            Release = _released.Add,
        });
}
