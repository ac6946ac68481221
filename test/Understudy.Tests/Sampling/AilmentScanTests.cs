using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Tests.Linux;
using Understudy.Workers;

namespace Understudy.Tests.Sampling;

public sealed class AilmentScanTests : IDisposable
{
    readonly FakeProc _proc = new();
    readonly TemporaryFolder _groups = new();

    public void Dispose()
    {
        _proc.Dispose();
        _groups.Dispose();
    }

    [Fact]
    public void Blocked_processes_of_a_worker_are_seen_with_where_they_wait()
    {
        _proc.Add(100).Add(101, parent: 100, state: 'D', start: 7, switches: 40).Add(102, parent: 100, state: 'R').Add(200, state: 'D');
        var sight = Assert.Single(Look([], new("shop.web.1", 100), ("shop.web.1", [100, 101, 102, 103])));
        Assert.Equal(new BlockedProcess(101, 7, 43, "io_schedule"), Assert.Single(sight.Blocked));
        Assert.Null(sight.Queue);
    }

    [Theory]
    [InlineData("oom_kill_disable 1\nunder_oom 1\noom_kill 3\n", true, 3)]
    [InlineData("oom_kill_disable 1\nunder_oom 0\n", false, 0)]
    public void A_full_group_of_version_1_is_seen(string text, bool waits, int killed)
    {
        Write("memory/pool/memory.oom_control", text);
        _proc.Add(100, groups: "4:memory:/pool\n0::/other\n");
        Assert.Equal(new GroupMemory(waits, 0, killed), Assert.Single(Look([], new("shop.web.1", 100), ("shop.web.1", [100]))).Memory);
    }

    [Fact]
    public void A_full_group_of_version_2_is_seen()
    {
        Write("unified/own/shop.web.1/memory.events", "low 0\nhigh 12\nmax 90\noom 5\noom_kill 2\noom_group_kill 1\n");
        _proc.Add(100, groups: "0::/own/shop.web.1\n");
        Assert.Equal(new GroupMemory(false, 5, 2), Assert.Single(Look([], new("shop.web.1", 100), ("shop.web.1", [100]))).Memory);
    }

    [Fact]
    public void Without_a_memory_controller_nothing_is_said_of_memory()
    {
        _proc.Add(100, groups: "0::/own\n");
        Assert.Null(Assert.Single(Look([], new("shop.web.1", 100), ("shop.web.1", [100]))).Memory);
        Assert.Null(Assert.Single(Look([], new("shop.web.1", 101), ("shop.web.1", []))).Memory);
    }

    [Fact]
    public void The_queues_of_all_listeners_on_its_port_are_added_up()
    {
        _proc.Add(100);
        TcpSight[] listeners = [Listener(5000, 3, 128), Listener(5000, 2, 128), Listener(5001, 9, 128)];
        var sight = Assert.Single(Look(listeners, new("shop.web.1", 100, 5000, 12), ("shop.web.1", [100])));
        Assert.Equal((new AcceptQueue(5, 256), 12L, 5000), (sight.Queue!.Value, sight.Answers, sight.Port));
    }

    [Fact]
    public void A_worker_that_has_not_started_is_left_out() => Assert.Empty(Look([], new("shop.web.1", 0)));

    IReadOnlyList<WorkerSight> Look(TcpSight[] listeners, RunningWorker worker, params (string, int[])[] owned)
    {
        var mounts = $"30 25 0:26 / {_groups["memory"]} rw - cgroup cgroup rw,memory\n31 25 0:27 / {_groups["unified"]} rw - cgroup2 cgroup2 rw\n";
        return new AilmentScan(new OwnedProcesses(owned), new ProcessTable(_proc.Path), mounts, () => listeners).Look([worker]);
    }

    void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_groups[file])!);
        File.WriteAllText(_groups[file], text);
    }

    static TcpSight Listener(int port, long waiting, long backlog) => new(1, TcpEnd.V4(0x7f000001, port), default, Listening: true, 0, waiting, backlog);
}
