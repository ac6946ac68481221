using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class KernelEvidenceTests : IDisposable
{
    readonly string proc = Directory.CreateTempSubdirectory("understudy-proc-").FullName;

    public void Dispose() => Directory.Delete(proc, recursive: true);

    void Process(int pid, char state, long started = 100, params int[] children)
    {
        var folder = Path.Combine(proc, pid.ToString(), "task", pid.ToString());
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(proc, pid.ToString(), "stat"), $"{pid} (a (tricky) name) {state} 1 1 1 0 -1 4194304 100 0 0 0 1 2 3 4 20 0 1 0 {started} 1000 100\n");
        File.WriteAllText(Path.Combine(folder, "children"), string.Join(' ', children) + " ");
    }

    KernelSight Look(int pid, long started = 100, string? cgroup = null) => new KernelEvidence(proc).Look(new WorkerRoute("a.web.1", pid, started, 1, cgroup));

    [Theory]
    [InlineData('S', KernelSight.Alive)]
    [InlineData('R', KernelSight.Alive)]
    [InlineData('D', KernelSight.Alive)]
    [InlineData('T', KernelSight.Stopped)]
    [InlineData('t', KernelSight.Stopped)]
    [InlineData('Z', KernelSight.Gone)]
    [InlineData('X', KernelSight.Gone)]
    public void A_process_by_its_state(char state, KernelSight expected)
    {
        Process(7, state);
        Assert.Equal(expected, Look(7));
    }

    [Fact]
    public void Another_process_with_its_number_is_not_it()
    {
        Process(7, 'S', started: 200);
        Assert.Equal((KernelSight.Gone, KernelSight.Gone, KernelSight.Alive), (Look(7), Look(8), Look(7, started: 0)));
        Assert.Equal(KernelSight.Alive, Look(0));
    }

    [Fact]
    public void A_shell_before_a_stopped_server_does_not_hide_it()
    {
        Process(7, 'S', 100, 8);
        Process(8, 'T');
        Assert.Equal(KernelSight.Stopped, Look(7));
    }

    [Fact]
    public void One_stopped_process_of_a_preforking_server_is_not_the_server()
    {
        Process(7, 'S', 100, 8, 9);
        Process(8, 'T');
        Process(9, 'S');
        Assert.Equal(KernelSight.Alive, Look(7));
        Process(9, 'T');
        Assert.Equal(KernelSight.Stopped, Look(7));
    }

    [Fact]
    public void A_frozen_cgroup_is_stopped()
    {
        Process(7, 'S');
        var cgroup = Path.Combine(proc, "cgroup");
        Directory.CreateDirectory(cgroup);
        File.WriteAllText(Path.Combine(cgroup, "cgroup.events"), "populated 1\nfrozen 0\n");
        Assert.Equal(KernelSight.Alive, Look(7, cgroup: cgroup));
        File.WriteAllText(Path.Combine(cgroup, "cgroup.events"), "populated 1\nfrozen 1\n");
        Assert.Equal(KernelSight.Stopped, Look(7, cgroup: cgroup));
    }
}
