using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;

namespace Understudy.Tests.Sampling;

public sealed class MemoryLookTests : IDisposable
{
    readonly FakeProc _proc = new();
    readonly TemporaryFolder _groups = new();
    readonly MemorySampler _sampler;

    public MemoryLookTests()
    {
        _sampler = new MemorySampler(new ProcessTable(_proc.Path), static () => true);
        File.WriteAllText(Path.Combine(_proc.Path, "meminfo"), "MemTotal: 2000 kB\nMemFree: 1 kB\nMemAvailable: 1500 kB\nSwapTotal: 100 kB\nSwapFree: 90 kB\n");
    }

    public void Dispose()
    {
        _proc.Dispose();
        _groups.Dispose();
    }

    [Fact]
    public void Instantly_it_has_what_was_sampled_and_exactly_it_reads_all_anew()
    {
        _proc.Add(10, pssKb: 100, residentPages: 50).Add(11, parent: 10, pssKb: 30, residentPages: 20);
        var look = Look(("shop.web.1", [10, 11]));
        Assert.All(look.Look(false, null, []).Owners["shop.web.1"].Processes, process => Assert.Null(process.Sample));
        _sampler.Turn([10, 11]);
        _proc.Add(10, pssKb: 400, residentPages: 50);
        Assert.Equal(130 * 1024, Pss(look.Look(false, null, [])));
        Assert.Equal(430 * 1024, Pss(look.Look(true, null, [])));
        Assert.Equal(430 * 1024, Pss(look.Look(false, null, [])));
    }

    [Fact]
    public void With_no_sampler_before_it_reads_for_as_long_as_it_is_given()
    {
        _proc.Add(10, pssKb: 100);
        Assert.Equal(100 * 1024, Pss(Look(("shop.web.1", [10])).Look(false, null, [], TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public void The_charge_is_that_of_a_group_of_its_own_in_either_version()
    {
        Write("memory/understudy-x/workers/shop.web.1/memory.usage_in_bytes", "7000\n");
        Write("memory/memory.usage_in_bytes", "9999\n");
        _proc.Add(10, groups: "4:memory:/understudy-x/workers/shop.web.1\n0::/x\n").Add(20, groups: "4:memory:/\n0::/y\n");
        var owners = Look(("shop.web.1", [10]), ("shop.web.2", [20])).Look(false, null, []).Owners;
        Assert.Equal((7000L, null), (owners["shop.web.1"].ChargeBytes, owners["shop.web.2"].ChargeBytes));

        using var groups = new FakeGroups();
        groups.Runs("shop.web.1", 10);
        File.WriteAllText(Path.Combine(groups.Workers, "shop.web.1", "memory.current"), "8000\n");
        Assert.Equal(8000L, new MemoryLook(groups.Ownership, new ProcessTable(groups.Proc.Path), _sampler, "").Look(false, null, []).Owners["shop.web.1"].ChargeBytes);
    }

    [Fact]
    public void The_hosts_largest_others_are_by_their_PSS_and_the_kernels_threads_and_ours_are_none()
    {
        _proc.Add(10, pssKb: 900, residentPages: 900).Add(30, name: "kthreadd", residentPages: 0).Add(31, name: "shares", pssKb: 10, residentPages: 800)
            .Add(32, name: "own", pssKb: 500, residentPages: 600).Add(33, state: 'Z', residentPages: 5).Add(34, name: "hidden", residentPages: 30).Without(34, "smaps_rollup");
        var sight = Look(("shop.web.1", [10])).Look(false, null, []);
        Assert.Equal((3, "own hidden shares"), (sight.OthersCount, string.Join(" ", sight.Others.Select(other => other.Process.Name))));
    }

    [Fact]
    public void Processes_that_vanish_or_are_hidden_while_it_looks_are_left_out_and_zombies_too()
    {
        _proc.Add(10, pssKb: 1).Add(11, state: 'Z').Add(12).Without(12, "stat");
        Assert.Equal([10], Look(("shop.web.1", [10, 11, 12, 13])).Look(true, null, []).Owners["shop.web.1"].Processes.Select(process => process.Pid));
    }

    [Fact]
    public void The_agent_and_what_was_asked_for_are_told_of_once_each()
    {
        _proc.Add(5, name: "understudy").Add(10).Add(40, pssKb: 8);
        var sight = Look(("shop.web.1", [10])).Look(true, agent: 5, strays: [40, 10]);
        Assert.Equal(5, Assert.Single(sight.Owners["agent"].Processes).Pid);
        Assert.Equal(8 * 1024, Assert.Single(sight.Strays).Value.Sample!.Value.PssBytes);
        Assert.Equal(0, sight.OthersCount);
    }

    [Theory]
    [InlineData("hidepid=invisible", false, true)]
    [InlineData("hidepid=2,gid=4", false, true)]
    [InlineData("hidepid=off", false, false)]
    [InlineData("gid=4", false, false)]
    [InlineData("hidepid=invisible", true, false)]
    public void That_the_processes_of_other_users_are_hidden_is_said(string options, bool seesTheFirst, bool hidden)
    {
        _proc.Add(10);
        if (seesTheFirst)
            _proc.Add(1);
        var look = new MemoryLook(new OwnedProcesses([]), new ProcessTable(_proc.Path), _sampler, $"22 1 0:21 / /proc rw,relatime - proc proc rw,{options}\n");
        Assert.Equal(hidden, look.Look(false, null, []).Missing.Any(one => one.Contains("hidepid", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_hosts_memory_is_read_and_what_is_not_kept_is_said()
    {
        var sight = Look().Look(false, null, []);
        Assert.Equal(new MemoryLevel(2000 * 1024, 1500 * 1024, 100 * 1024, 90 * 1024), sight.Host);
        Assert.Contains("pressure", Assert.Single(sight.Missing), StringComparison.Ordinal);
        File.Delete(Path.Combine(_proc.Path, "meminfo"));
        Assert.Null(Look().Look(false, null, []).Host);
    }

    [Fact]
    public void Of_real_forks_the_sum_is_that_of_their_smaps_rollup()
    {
        using var groups = new RealGroups();
        // Much of its own: what it shares with any other shell on this machine comes and goes with them.
        var master = groups.Runs("shop.web.1", "x=$(head -c 30000000 /dev/zero | tr '\\0' x); for i in 1 2 3 4; do sleep 300 & done; echo $BASHPID; wait");
        RealGroups.Until("it has its forks", () => groups.Own.Processes("shop.web.1", 0).Count == 5 && groups.Own.Processes("shop.web.1", 0).Count(pid => new ProcessTable().CommandLine(pid) == "sleep 300") == 4);
        var sight = new MemoryLook(groups.Own, new MemorySampler()).Look(exact: true, null, []);
        var processes = sight.Owners["shop.web.1"].Processes;
        var told = processes.Sum(process => process.Sample!.Value.PssBytes);
        var read = processes.Sum(process => new ProcessTable().Memory(process.Pid)!.Value.PssBytes);
        Assert.InRange(told, read * 0.98, read * 1.02);
        Assert.Equal((master, 0, "1 1 1 1"), (ProcessTree.Of(processes)[0].Process.Pid, ProcessTree.Of(processes)[0].Depth, string.Join(" ", ProcessTree.Of(processes).Skip(1).Select(place => place.Depth))));
    }

    MemoryLook Look(params (string Id, int[] Pids)[] owned) =>
        new(new OwnedProcesses(owned), new ProcessTable(_proc.Path), _sampler, $"35 24 0:30 / {_groups["memory"]} rw - cgroup cgroup rw,memory\n");

    static long Pss(MemorySight sight) => MemorySum.Of(sight.Owners["shop.web.1"].Processes.Select(process => process.Sample)).PssBytes;

    void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_groups[file])!);
        File.WriteAllText(_groups[file], text);
    }
}
