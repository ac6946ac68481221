using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;
using static Understudy.Tests.Linux.FakeMemory;

namespace Understudy.Tests.Sampling;

public sealed class MemoryGuardTests : IDisposable
{
    readonly FakeMemory _fake = new();
    readonly TemporaryFolder _folder = new();
    readonly List<(string Kind, string Message, string? Worker)> _told = [];
    readonly List<(string Id, bool OutFirst)> _recycled = [];
    readonly List<GuardedWorker> _workers = [Worker(1, 300), Worker(2, 100)];
    readonly List<MemoryGuard> _guards = [];
    int _measured;
    int _reaped;
    string? _stale;
    TimeSpan _now = TimeSpan.FromHours(1);

    public MemoryGuardTests() => Left(500);

    public void Dispose()
    {
        foreach (var guard in _guards)
            guard.Dispose();
        _folder.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public void While_there_is_enough_it_says_so_and_does_nothing()
    {
        var guard = Guard(GuardMode.Act);
        Turns(guard, 60);
        Assert.Empty(_told);
        Assert.Equal((0, 0), (_measured, _reaped));
        var document = guard.Describe();
        Assert.Equal(("act", "calm", "no action: 500 MB of 1000 MB left, no swap", 0.0), (document.Mode, document.Step, document.LastSentence, document.ShedPercent));
        Assert.Null(document.ExhaustedInSeconds);
    }

    [Fact]
    public void Each_step_is_told_with_its_numbers_and_done()
    {
        var guard = Guard(GuardMode.Act);
        _stale = "killed 3 stale processes of shop.web.0";
        Left(190);
        Turns(guard, 3);
        Assert.Equal((GuardStep.Hold, 0), (guard.Step, _reaped));
        Assert.True(_measured is > 1 and < 5, $"measured {_measured} times in 3 s");
        Left(140);
        Turns(guard, 3);
        Assert.True(_reaped > 0);
        Left(110);
        Turns(guard, 2);
        Assert.Equal([("shop.web.1", true)], _recycled);
        Left(40);
        Turns(guard, 2);
        Assert.Equal(50, guard.Describe().ShedPercent);

        Assert.Equal(["guard.hold", "guard.reap", "guard.reaped", "guard.recycle", "guard.recycled", "guard.shed", "guard.shedding"], _told.Select(told => told.Kind).Distinct());
        Assert.All(_told, told => Assert.Matches(@"\d+ MB of 1000 MB left", told.Message));
        Assert.Contains(_told, told => told.Message.StartsWith("memory guard: killed 3 stale processes of shop.web.0: 140 MB", StringComparison.Ordinal));
        Assert.Equal("shop.web.1", _told.Single(told => told.Kind == "guard.recycled").Worker);
        Assert.Equal(1, guard.Acts.Recycled);
    }

    [Fact]
    public void It_recycles_one_at_a_time_and_says_what_it_waits_for()
    {
        var guard = Guard(GuardMode.Act);
        Left(110);
        Turns(guard, 16);
        Assert.Equal([("shop.web.1", true)], _recycled);
        Assert.EndsWith("; waits until web.1 is replaced", guard.Describe().LastSentence, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_only_reports_tells_each_once_and_does_nothing()
    {
        var guard = Guard(GuardMode.Report);
        _stale = "never";
        Left(40);
        Turns(guard, 20);
        Assert.Equal(GuardStep.Calm, guard.Step);
        Assert.Equal((0, 0), (_recycled.Count, _reaped));
        Assert.Equal(["guard.shed", "guard.recycled"], _told.Select(told => told.Kind));
        Assert.All(_told, told => Assert.Contains("would", told.Message, StringComparison.Ordinal));
        Assert.Equal(("shed", 0.0), (guard.Describe().Step, guard.Describe().ShedPercent));
    }

    [Fact]
    public void What_was_killed_in_the_last_resort_is_told_once()
    {
        var guard = Guard(GuardMode.Act);
        Turns(guard, 1);
        Left(5);
        Turns(guard, 1.8);
        Assert.NotEmpty(File.ReadAllText(_folder["shop.web.1/cgroup.kill"]));
        Turns(guard, 10);
        var killed = Assert.Single(_told, told => told.Kind == "guard.killed");
        Assert.Equal(("shop.web.1", true), (killed.Worker, killed.Message.Contains("in the last resort", StringComparison.Ordinal)));
        Assert.Equal(1, guard.Acts.Killed);
    }

    [Fact]
    public void The_group_in_which_the_workers_are_limited_is_found_and_watched()
    {
        _fake.Separate("workers", 400 * MB, 300 * MB);
        var guard = Guard(GuardMode.Act, _fake.Group("workers"));
        Turns(guard, 1);
        Assert.Equal((true, 400 * MB), (guard.Describe().OfGroup, guard.Describe().TotalBytes));
    }

    [Fact]
    public void Where_memory_cannot_be_read_it_says_that_it_guards_nothing()
    {
        _fake.Write("proc/meminfo", "");
        var guard = Guard(GuardMode.Act);
        Turns(guard, 1);
        Assert.Equal("cannot read /proc/meminfo: memory is not guarded", guard.Describe().LastSentence);
    }

    MemoryGuard Guard(GuardMode mode, string? group = null)
    {
        foreach (var worker in _workers)
        {
            Directory.CreateDirectory(_folder[worker.Id]);
            File.WriteAllText(_folder[worker.Id + "/cgroup.kill"], "");
        }
        var guard = new MemoryGuard(mode, new MemorySources(null, _fake.Proc), SharedWord.Open(_folder["shedding"]), new EmergencyLog(kernel: false), "memory locked", new GuardParts
        {
            Look = () => ([.. _workers], [.. _workers.Select(worker => new KillPlace(worker.Id, _folder[worker.Id], 0, 0))]),
            Measure = () => _measured++,
            Recycle = (id, _, outFirst) =>
            {
                _recycled.Add((id, outFirst));
                _workers[0] = _workers[0] with { Serves = false, Goes = true };
            },
            Reap = () =>
            {
                _reaped++;
                return Interlocked.Exchange(ref _stale, null);
            },
            Group = _ => group,
            Tell = (kind, message, worker) => _told.Add((kind, message, worker)),
        });
        _guards.Add(guard);
        return guard;
    }

    void Left(long megabytes) => _fake.Host(1000 * MB, megabytes * MB);

    void Turns(MemoryGuard guard, double seconds)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; _now += TimeSpan.FromMilliseconds(200))
        {
            guard.Look(_now);
            guard.Turn(_now);
        }
    }

    static GuardedWorker Worker(int number, long megabytes) => new()
    {
        Id = $"shop.web.{number}",
        Pool = "shop.web",
        Bytes = megabytes * MB,
        FreshBytes = 100 * MB,
        Serves = true,
        Age = TimeSpan.FromHours(1),
    };
}
