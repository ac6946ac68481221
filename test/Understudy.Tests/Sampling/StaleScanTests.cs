using System.Diagnostics;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;

namespace Understudy.Tests.Sampling;

public sealed class StaleScanTests : IDisposable
{
    readonly FakeGroups _fake = new();
    readonly StaleScan _scan;
    TimeSpan _now = TimeSpan.FromHours(1);

    public StaleScanTests() => _scan = new StaleScan(_fake.Ownership, new ProcessTable(_fake.Proc.Path));

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void Every_group_is_seen_with_what_identifies_its_processes_nested_ones_and_empty_ones_too()
    {
        _fake.Runs("shop.web.1", 20, start: 7, state: 'T').Runs("shop.web.1", 21, within: "inner").Runs("shop.web.2", 30).Ends("shop.web.2", 30);
        var groups = Look();
        Assert.Equal([new OwnedProcess(new ProcessKey(20, 7), 1, "ruby", 'T'), new OwnedProcess(new ProcessKey(21, 100), 1, "ruby", 'S')], groups["shop.web.1"].Processes);
        Assert.Empty(groups["shop.web.2"].Processes);
    }

    [Fact]
    public void What_vanished_between_two_reads_or_may_not_be_read_or_has_ended_is_left_out()
    {
        _fake.Runs("shop.web.1", 20).Runs("shop.web.1", 21).Runs("shop.web.1", 22, state: 'Z');
        _fake.Proc.Without(21, "stat");
        Assert.Equal([20], Look()["shop.web.1"].Processes.Select(process => process.Key.Pid));
    }

    [Fact]
    public void Of_a_group_at_rest_only_what_is_new_is_read()
    {
        _fake.Runs("shop.web.1", 20, start: 7).Runs("shop.web.2", 30);
        Look();
        _fake.Proc.Without(20, "stat").Without(30, "stat");
        _fake.Runs("shop.web.1", 21);
        var groups = Look(id => id == "shop.web.1");
        Assert.Equal([new ProcessKey(20, 7), new ProcessKey(21, 100)], groups["shop.web.1"].Processes.Select(process => process.Key));
        Assert.Empty(groups["shop.web.2"].Processes);
    }

    [Fact]
    public void One_that_moves_itself_elsewhere_is_noticed_though_it_has_no_mark_any_more()
    {
        _fake.Runs("shop.web.1", 20).Runs("shop.web.1", 21);
        Assert.Empty(Moved());
        _fake.Moves("shop.web.1", 21, "/user.slice", environment: "PATH=/bin\0");
        var moved = Assert.Single(Moved());
        Assert.Equal((21, "shop.web.1", "/user.slice"), (moved.Process.Key.Pid, moved.Id, moved.Place));
        // As long as it lives there.
        Assert.Single(Moved());
        _fake.Proc.Remove(21);
        Assert.Empty(Moved());
    }

    [Fact]
    public void One_that_comes_back_or_goes_to_another_group_of_ours_has_not_left()
    {
        _fake.Runs("shop.web.1", 20);
        Moved();
        _fake.Moves("shop.web.1", 20, "/user.slice");
        Assert.Single(Moved());
        _fake.Runs("shop.web.2", 20);
        Assert.Empty(Moved());
        _fake.Moves("shop.web.2", 20, _fake.PlaceOf("shop.web.3"));
        Assert.Empty(Moved());
    }

    [Fact]
    public void Another_process_under_the_same_pid_has_not_moved()
    {
        _fake.Runs("shop.web.1", 20, start: 7);
        Moved();
        _fake.Moves("shop.web.1", 20, "/system.slice/ssh.service", start: 8, environment: "");
        Assert.Empty(Moved());
    }

    [Fact]
    public void One_that_left_before_it_was_seen_is_found_by_its_mark_at_a_low_rate_and_only_with_memory_at_hand()
    {
        Moved();
        _fake.Proc.Add(40, group: "/user.slice", environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0");
        Assert.Empty(Moved());
        _now += TimeSpan.FromSeconds(31);
        Assert.Empty(_scan.Moved(_scan.Look(), _now, calm: false));
        Assert.Equal("shop.web.1", Assert.Single(Moved()).Id);
    }

    [Fact]
    public void Look_alikes_are_not_ours()
    {
        _fake.Runs("shop.web.1", 20);
        // The same command and mark: of another root, in a container with a root of the same name, in a variable of another name.
        _fake.Proc.Add(40, group: "/user.slice", environment: "UNDERSTUDY_WORKER=abd/shop.web.1\0")
            .Add(41, group: "/docker/1", environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0", @namespace: "pid:[4026532000]")
            .Add(42, group: "/user.slice", environment: "X_UNDERSTUDY_WORKER=abc/shop.web.1\0UNDERSTUDY_WORKERS=abc/shop.web.1\0")
            .Add(43, group: "/user.slice", environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0").Without(43, "environ")
            .Add(44, group: "/user.slice", environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0").Without(44, "cgroup")
            .Add(45, group: "/user.slice", environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0", state: 'Z');
        Assert.Empty(Moved());
        Assert.Equal([20], Look().Values.SelectMany(group => group.Processes).Select(process => process.Key.Pid));
    }

    [Theory]
    [InlineData("/understudy-abc/workers/shop.web.1", true)]
    [InlineData("/understudy-abc/workers/shop.web.1/inner", true)]
    [InlineData("/system.slice/understudy-workers.service/understudy-abc/workers/shop.web.1", true)]
    [InlineData("/understudy-abc/workers/shop.web.12", false)]
    [InlineData("/understudy-abd/workers/shop.web.1", false)]
    [InlineData("/understudy-abc/shop.web.1", false)]
    public void A_place_is_a_workers_own_only_with_its_whole_name_and_root(string place, bool own) => Assert.Equal(own, _fake.Ownership.Holds(place, "shop.web.1"));

    [Fact]
    public void Marks_tell_whose_a_process_is_where_there_are_no_cgroups()
    {
        _fake.Proc.Add(40, environment: "A=1\0UNDERSTUDY_WORKER=abc/shop.web.1\0").Add(41, environment: "UNDERSTUDY_WORKER=abc/shop.web.1\0")
            .Add(42, environment: "UNDERSTUDY_WORKER=abc/shop.web.2\0", @namespace: "pid:[1]").Add(43, environment: "UNDERSTUDY_WORKER=ab/shop.web.1\0");
        var scan = new StaleScan(new MarkerOwnership("abc", "a test has none", _fake.Proc.Path), new ProcessTable(_fake.Proc.Path));
        var look = scan.Look();
        Assert.Equal([40, 41], Assert.Single(look).Value.Order());
        Assert.Equal([new ProcessKey(40, 100), new ProcessKey(41, 100)], Assert.Single(scan.Describe(look, _ => false)).Processes.Select(process => process.Key).OrderBy(key => key.Pid));
        Assert.Empty(scan.Moved(look, _now, calm: true));
    }

    [Fact]
    public void Five_thousand_processes_that_come_and_go_are_followed_and_a_look_at_rest_stays_cheap()
    {
        for (var pid = 1; pid <= 5_000; pid++)
            _fake.Proc.AddBare(pid, start: pid);
        var groups = Enumerable.Range(0, 20).ToDictionary(number => $"shop.web.{number}", number => (IReadOnlyList<int>)[.. Enumerable.Range(1, 5_000).Where(pid => pid % 20 == number)]);
        foreach (var (id, pids) in groups)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_fake.Workers, id)).FullName;
            File.WriteAllText(Path.Combine(folder, "cgroup.procs"), string.Join('\n', pids) + "\n");
        }
        Assert.Equal(5_000, Look().Values.Sum(group => group.Processes.Count));
        Parallel.Invoke(
            () => { for (var pid = 2; pid <= 5_000; pid += 2) _fake.Proc.Remove(pid); },
            () => Assert.InRange(Look().Values.Sum(group => group.Processes.Count), 2_500, 5_000));
        Assert.Equal(2_500, Look().Values.Sum(group => group.Processes.Count));
        var began = Stopwatch.GetTimestamp();
        Look(_ => true);
        var took = Stopwatch.GetElapsedTime(began);
        Assert.True(took < TimeSpan.FromSeconds(1), $"a look at 20 groups at rest took {took.TotalMilliseconds} ms");
    }

    Dictionary<string, OwnedGroup> Look(Func<string, bool>? rests = null) => _scan.Describe(_scan.Look(), rests ?? (_ => false)).ToDictionary(group => group.Id);

    IReadOnlyList<MovedProcess> Moved()
    {
        var look = _scan.Look();
        _scan.Describe(look, _ => true);
        return _scan.Moved(look, _now += TimeSpan.FromSeconds(1), calm: true);
    }
}
