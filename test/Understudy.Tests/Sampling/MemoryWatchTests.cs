using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;
using static Understudy.Tests.Linux.FakeMemory;

namespace Understudy.Tests.Sampling;

public sealed class MemoryWatchTests : IDisposable
{
    readonly FakeMemory _fake = new();
    readonly TemporaryFolder _folder = new();
    readonly LastResort _last = new();
    readonly List<KillTarget> _targets = [];
    readonly EmergencyLog _log = new(kernel: false);
    readonly SharedWord _shed;
    readonly MemorySources _sources;
    TimeSpan _now = TimeSpan.FromHours(1);

    public MemoryWatchTests()
    {
        Left(500);
        _fake.Pressure("0.00", "0.00");
        _shed = SharedWord.Open(_folder["shedding"]);
        _sources = new MemorySources(null, _fake.Proc);
    }

    public void Dispose()
    {
        _last.Dispose();
        _sources.Dispose();
        _shed.Dispose();
        _log.Dispose();
        _folder.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public void A_thousand_turns_in_the_last_need_allocate_nothing()
    {
        _fake.Separate("workers", 400 * MB, 395 * MB).Pressure("50.00", "20.00");
        _sources.Watch(_fake.Group("workers"));
        Target("shop.web.1", excess: 2);
        Target("shop.web.2", excess: 3);
        using var watch = Watch(GuardMode.Act);
        // Once each way, so that nothing is compiled while it is measured.
        Turns(watch, 5);
        Target("shop.web.3", excess: 4);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Turns(watch, 100);
        var after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(before, after);
        Assert.Equal((GuardStep.Shed, true, 1000), (watch.Snapshot.State.Step, watch.Snapshot.State.LastResort, watch.Snapshot.State.ShedPerMille));
        Assert.True(watch.Snapshot.Turns >= 1000);
        Assert.True(watch.Snapshot.Sight.OfGroup);
        Assert.Equal(["shop.web.1", "shop.web.2", "shop.web.3"], Killed());
    }

    [Fact]
    public void In_the_last_resort_what_is_stale_goes_first_and_then_workers_over_their_budget_one_at_a_time()
    {
        Target("shop.web.1", excess: 3);
        Target("shop.web.2", excess: 2);
        Target("shop.web.3", excess: 0.5);
        Target("shop.web.0", excess: 0, stale: true);
        using var watch = Watch(GuardMode.Act);
        Left(10);

        Turns(watch, 0.6);
        Assert.Equal(["shop.web.0"], Killed());
        Turns(watch, 0.1);
        Assert.Equal(["shop.web.0", "shop.web.1"], Killed());
        Turns(watch, 1.8);
        Assert.Equal(["shop.web.0", "shop.web.1"], Killed());
        Turns(watch, 30);
        Assert.Equal(["shop.web.0", "shop.web.1", "shop.web.2"], Killed());
        Assert.Equal(3, _targets.Count(target => target.TakeKilled()));
        Assert.DoesNotContain(_targets, target => target.TakeKilled());
    }

    [Fact]
    public void Where_all_are_stuck_within_their_budgets_one_has_to_go()
    {
        Target("shop.web.1", excess: 0.5);
        Target("shop.web.2", excess: 0.9);
        _fake.Separate("workers", 400 * MB, 400 * MB, stuck: true);
        _sources.Watch(_fake.Group("workers"));
        using var watch = Watch(GuardMode.Act);
        Turns(watch, 1);
        Assert.Equal(["shop.web.2"], Killed());
    }

    [Fact]
    public void Short_of_it_nothing_is_killed_unless_nobody_attends()
    {
        Target("shop.web.1", excess: 3);
        using var watch = Watch(GuardMode.Act);
        Left(100);
        Turns(watch, 20, attended: true);
        Assert.Equal(GuardStep.Recycle, watch.Snapshot.State.Step);
        Assert.Empty(Killed());
        Turns(watch, 4, attended: false);
        Assert.Equal(["shop.web.1"], Killed());
    }

    [Fact]
    public void What_was_told_to_leave_is_not_waited_for_when_memory_is_nearly_gone()
    {
        Target("shop.web.1", excess: 3);
        Target("shop.web.2", excess: 2).Leaves = true;
        using var watch = Watch(GuardMode.Act);
        Left(100);
        Turns(watch, 10);
        Assert.Empty(Killed());
        Left(70);
        Turns(watch, 0.2);
        Assert.Equal(GuardStep.Recycle, watch.Snapshot.State.Step);
        Assert.Equal(["shop.web.2"], Killed());
    }

    [Fact]
    public void The_proxy_is_told_to_shed_and_told_so_again_until_it_is_over()
    {
        using var watch = Watch(GuardMode.Act);
        Left(40);
        Turns(watch, 1);
        Assert.Equal(500, Shedding.PerMille(_shed.Value, _now));
        Turns(watch, 60);
        Assert.Equal(500, Shedding.PerMille(_shed.Value, _now));
        Assert.Equal(0, Shedding.PerMille(_shed.Value, _now + TimeSpan.FromSeconds(3.1)));
        Left(500);
        Turns(watch, 10);
        Assert.Equal(0, Shedding.PerMille(_shed.Value, _now));
    }

    [Fact]
    public void One_that_only_reports_touches_nothing()
    {
        Target("shop.web.1", excess: 3);
        Target("shop.web.0", excess: 0, stale: true);
        using var watch = Watch(GuardMode.Report);
        Left(5);
        Turns(watch, 10, attended: false);
        Assert.True(watch.Snapshot.State is { Step: GuardStep.Shed, LastResort: true, ShedPerMille: 1000 });
        Assert.Equal(0, _shed.Value);
        Assert.Empty(Killed());
    }

    [Fact]
    public void What_cannot_be_read_is_said_and_changes_nothing()
    {
        using var watch = Watch(GuardMode.Act);
        Left(40);
        Turns(watch, 1);
        _fake.Write("proc/meminfo", "");
        Turns(watch, 1);
        Assert.True(watch.Snapshot is { Blind: true, State.Step: GuardStep.Shed });
        Left(500);
        Turns(watch, 0.2);
        Assert.False(watch.Snapshot.Blind);
    }

    [Fact]
    public void Where_its_group_is_gone_the_host_is_watched()
    {
        _fake.Separate("workers", 400 * MB, 395 * MB);
        _sources.Watch(_fake.Group("workers"));
        using var watch = Watch(GuardMode.Act);
        Turns(watch, 0.2);
        Assert.True(watch.Snapshot.Sight.OfGroup);
        _fake.Write("cgroup/workers/memory.usage_in_bytes", "");
        Turns(watch, 0.2);
        Assert.False(watch.Snapshot.Sight.OfGroup);
    }

    [Fact]
    public async Task The_thread_looks_by_itself_until_it_is_told_to_stop()
    {
        var watch = Watch(GuardMode.Act);
        watch.Start();
        await Proxying.Eventually.True(() => watch.Snapshot.Turns > 2, "it has looked");
        watch.Dispose();
        Assert.Equal(500 * MB / 1024 * 1024, watch.Snapshot.Sight.Level.AvailableBytes);
    }

    MemoryWatch Watch(GuardMode mode) => new(mode, _sources, _shed, _last, new LastWords(_log));

    void Left(long megabytes) => _fake.Host(1000 * MB, megabytes * MB);

    KillTarget Target(string id, double excess, bool stale = false)
    {
        Directory.CreateDirectory(_folder[id]);
        File.WriteAllText(_folder[id + "/cgroup.kill"], "");
        var target = KillTarget.Open(id, _folder[id], 0, 0, stale)!;
        target.Excess = excess;
        _targets.Add(target);
        _last.Replace(_targets);
        return target;
    }

    IEnumerable<string> Killed() => _targets.Select(target => target.Id).Where(id => File.ReadAllText(_folder[id + "/cgroup.kill"]).Length > 0).Order(StringComparer.Ordinal);

    void Turns(MemoryWatch watch, double seconds, bool attended = true)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; _now += TimeSpan.FromMilliseconds(100))
        {
            if (attended)
                watch.Attend(_now);
            watch.Turn(_now);
        }
    }
}
