using Understudy.Decisions.Doctor;
using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Doctor;

public class ExaminationTests
{
    const long MB = 1_000_000;
    const long GB = 1_000 * MB;

    static readonly PoolSight Web = new("shop", "web", "steady", Ready: 2, Wanted: 2, Max: 4, TakesRequests: true, RecycleMemoryBytes: 400 * MB, [200 * MB, 250 * MB], [], "no action: 2 ready");
    static readonly DiskSight Disk = new(["/var/lib/understudy"], 100 * GB, 50 * GB, 1_000_000, 900_000);
    static readonly TcpEnd Everywhere = TcpEnd.V4(0, 5000);

    static readonly HostSight Healthy = new()
    {
        Agent = new(null, "systemctl start understudy"),
        Pools = [Web],
        Memory = new MemoryLevel(4 * GB, 2 * GB, GB, GB),
        Clock = new(true, TimeSpan.FromMilliseconds(20)),
        Disks = [Disk],
        OpenFiles = [new("proxy", 50, 100, 65_536), new("web.1", 51, 60, 1024)],
        Logs = [new("/srv/shop/log/production.log", 200 * MB, MB, 50 * GB)],
    };

    /// <summary>One thing at a time is wrong, or just not yet; what is expected is the weight, or nothing.</summary>
    static readonly (string Kind, Weight? Weight, HostSight Host)[] Cases =
    [
        (FindingKinds.AgentSilent, Weight.Error, Healthy with { Agent = new("there is no socket", "systemctl start understudy") }),
        (FindingKinds.ConfigurationWrong, Weight.Error, Healthy with { ConfigurationErrors = ["agent.yaml:3: unknown key"] }),
        (FindingKinds.ProxySilent, Weight.Error, Healthy with { ProxyAnswers = false }),

        (FindingKinds.PoolUnwell, Weight.Error, With(Web with { State = "crash loop", Ready = 1 })),
        (FindingKinds.PoolUnwell, Weight.Error, With(Web with { State = "starting", Ready = 0 })),
        (FindingKinds.PoolUnwell, Weight.Warning, With(Web with { State = "degraded", Ready = 1 })),
        (FindingKinds.PoolUnwell, null, With(Web with { State = "rolling", Ready = 1 })),
        (FindingKinds.PoolUnwell, null, With(Web with { State = "steady", Ready = 0, Wanted = 0 })),
        (FindingKinds.PoolUnwell, null, With(Web with { State = "stopping", Ready = 0 })),
        (FindingKinds.WorkerStuck, Weight.Error, With(Web with { Ailments = ["web.1: process 7 has been blocked"] })),
        (FindingKinds.SingleWorker, Weight.Warning, With(Web with { Max = 1 })),
        (FindingKinds.SingleWorker, null, With(Web with { Max = 1, TakesRequests = false })),

        (FindingKinds.SharedConnection, Weight.Error, Healthy with { Shared = [new("shop", "redis", true, "4 processes talk on one.", [1, 2], null, "Do.")] }),
        (FindingKinds.SharedConnection, Weight.Warning, Healthy with { Shared = [new("shop", "redis", false, "4 processes hold one.", [1, 2], null, "Do.")] }),
        (FindingKinds.StaleProcesses, Weight.Error, Healthy with { Stale = [new(7, "ruby", TimeSpan.FromHours(3), GB, "its worker is gone")] }),

        (FindingKinds.MemoryLow, Weight.Warning, Memory(available: 500 * MB, swapFree: 100 * MB)),
        (FindingKinds.MemoryLow, Weight.Error, Memory(available: 200 * MB, swapFree: 0)),
        (FindingKinds.MemoryLow, null, Memory(available: 200 * MB, swapFree: GB)),
        (FindingKinds.NoSwap, Weight.Warning, Healthy with { Memory = new MemoryLevel(4 * GB, 3 * GB, 0, 0) }),
        (FindingKinds.TooMuchSwap, Weight.Warning, Healthy with { Memory = new MemoryLevel(4 * GB, 3 * GB, 5 * GB, 5 * GB) }),
        (FindingKinds.TooMuchSwap, Weight.Warning, Healthy with { Memory = new MemoryLevel(GB, GB, 3 * GB, 3 * GB), Pools = [] }),
        (FindingKinds.TooMuchSwap, null, Healthy with { Memory = new MemoryLevel(GB, GB, 2 * GB, 2 * GB), Pools = [] }),
        (FindingKinds.TooMuchSwap, null, Healthy with { Memory = new MemoryLevel(4 * GB, 3 * GB, 4 * GB, 4 * GB) }),

        (FindingKinds.MemoryUnbounded, Weight.Note, With(Web with { RecycleMemoryBytes = null })),
        // 4 GB, of which 2 are used and 0.45 of these the workers' own: 2.45 GB are there for them.
        (FindingKinds.MemoryBudget, null, With(Web with { Max = 6 })),
        (FindingKinds.MemoryBudget, Weight.Warning, With(Web with { Max = 7 })),
        (FindingKinds.MemoryBudget, null, With(Web with { Max = 9, RecycleMemoryBytes = null })),
        (FindingKinds.MemoryBudget, Weight.Warning, With(Web with { Max = 10, RecycleMemoryBytes = null })),
        (FindingKinds.MemoryBudget, null, With(Web with { Max = 90, RecycleMemoryBytes = null, WorkerBytes = [] })),

        (FindingKinds.NoCgroups, Weight.Warning, Healthy with { NoCgroups = "best effort: no right to make cgroups", LimitsMemory = false }),
        (FindingKinds.NoMemoryLimits, Weight.Warning, Healthy with { LimitsMemory = false }),
        (FindingKinds.ClockUnsynchronised, Weight.Warning, Healthy with { Clock = new(false, TimeSpan.FromSeconds(16)) }),
        (FindingKinds.ClockUnsynchronised, null, Healthy with { Clock = null }),

        (FindingKinds.DiskFull, Weight.Error, With(Disk with { FreeBytes = 400 * MB })),
        (FindingKinds.DiskFull, Weight.Warning, With(Disk with { FreeBytes = 9 * GB })),
        (FindingKinds.DiskFull, null, With(Disk with { FreeBytes = 11 * GB })),
        (FindingKinds.DiskFull, null, With(Disk with { Bytes = 2 * GB, FreeBytes = 400 * MB })),
        (FindingKinds.DiskFull, Weight.Error, With(Disk with { Bytes = 2 * GB, FreeBytes = 90 * MB })),
        (FindingKinds.InodesFull, Weight.Error, With(Disk with { FreeInodes = 10_000 })),
        (FindingKinds.InodesFull, Weight.Warning, With(Disk with { FreeInodes = 90_000 })),
        (FindingKinds.InodesFull, null, With(Disk with { Inodes = 0, FreeInodes = 0 })),
        (FindingKinds.LogGrowth, Weight.Warning, Log(bytes: 2 * GB, perDay: MB)),
        (FindingKinds.LogGrowth, Weight.Warning, Log(bytes: 200 * MB, perDay: 4 * GB)),
        (FindingKinds.LogGrowth, Weight.Error, Log(bytes: 200 * MB, perDay: 60 * GB)),
        (FindingKinds.LogGrowth, null, Log(bytes: 90 * MB, perDay: 60 * GB)),
        (FindingKinds.LogGrowth, null, Log(bytes: 200 * MB, perDay: 0)),

        (FindingKinds.OpenFiles, Weight.Warning, Files("web.1", 800, 1024)),
        (FindingKinds.OpenFiles, Weight.Error, Files("web.1", 1000, 1024)),
        (FindingKinds.OpenFiles, Weight.Warning, Files("proxy", 10, 1024)),
        (FindingKinds.OpenFiles, null, Files("web.1", 10, 1024)),
        (FindingKinds.OpenFiles, null, Files("proxy", 10, long.MaxValue)),
        (FindingKinds.OpenPort, Weight.Warning, Healthy with { Ports = [new("web.1", 7, Everywhere, true)] }),
        (FindingKinds.OpenPort, Weight.Warning, Healthy with { Ports = [new("redis-server", 7, Everywhere, false)] }),
        (FindingKinds.SingleHost, Weight.Note, Healthy),
        (FindingKinds.SingleHost, null, Healthy with { OtherHosts = 1 }),
    ];

    public static TheoryData<int> Numbers => new(Enumerable.Range(0, Cases.Length));

    [Fact]
    public void Of_a_healthy_host_it_says_only_that_it_is_one()
    {
        var finding = Assert.Single(Examination.Of(Healthy));
        Assert.Equal((FindingKinds.SingleHost, Weight.Note), (finding.Kind, finding.Weight));
        Assert.False(Examination.IsWrong([finding]));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void What_is_wrong_is_found_and_nothing_else(int number)
    {
        var (kind, weight, host) = Cases[number];
        var found = Examination.Of(host);
        var of = found.Where(finding => finding.Kind == kind).Select(finding => (Weight?)finding.Weight);
        Assert.Equal(weight is null ? [] : [weight], of);
        Assert.Equal(weight > Weight.Note, Examination.IsWrong(found.Where(finding => finding.Kind == kind)));
        Assert.All(found.Where(finding => finding.Kind != kind), finding => Assert.True(finding.Weight == Weight.Note, $"{kind} brought {finding.Kind} along"));
        Assert.All(found, finding => Assert.All((string[])[finding.Says, finding.Evidence, finding.Fix], text => Assert.False(string.IsNullOrWhiteSpace(text) || text.Contains("  ", StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_kind_has_a_case() => Assert.Equal(FindingKinds.All.Order(), Cases.Where(one => one.Weight is not null).Select(one => one.Kind).Distinct().Order());

    [Fact]
    public void The_worst_comes_first_and_then_what_matters_more()
    {
        var host = Healthy with
        {
            Agent = new("there is no socket", "start it"),
            Clock = new(false, TimeSpan.Zero),
            Disks = [Disk with { FreeBytes = 0 }],
            Pools = [Web with { Max = 1, RecycleMemoryBytes = null }],
            Stale = [new(7, "ruby", TimeSpan.FromHours(3), GB, "its worker is gone")],
        };
        Assert.Equal(
            [FindingKinds.AgentSilent, FindingKinds.StaleProcesses, FindingKinds.DiskFull, FindingKinds.ClockUnsynchronised, FindingKinds.SingleWorker, FindingKinds.MemoryUnbounded, FindingKinds.SingleHost],
            Examination.Of(host).Select(finding => finding.Kind));
    }

    [Theory]
    [InlineData(7, "Bound shop.web to 6 workers (`workers: {max: 6}`), or give the host 350 MB more.")]
    [InlineData(12, "Bound shop.web to 6 workers (`workers: {max: 6}`), or give the host 2.4 GB more.")]
    public void A_budget_that_does_not_fit_says_what_would(int max, string fix)
    {
        var finding = Examination.Of(With(Web with { Max = max })).Single(one => one.Kind == FindingKinds.MemoryBudget);
        Assert.Equal(fix, finding.Fix);
        Assert.Equal($"shop.web: {max} workers of 400 MB (recycle.memory). The host has 4.0 GB, of which 1.6 GB are others'.", finding.Evidence);
    }

    [Fact]
    public void Where_not_even_one_worker_fits_fewer_are_no_way_out()
    {
        var finding = Examination.Of(With(Web with { RecycleMemoryBytes = 3 * GB, Max = 2 })).Single(one => one.Kind == FindingKinds.MemoryBudget);
        Assert.StartsWith("Give the host 3.6 GB more memory, or the workers less", finding.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Stale_processes_are_listed_as_far_as_a_person_reads()
    {
        var stale = Enumerable.Range(1, 7).Select(pid => new StaleSight(pid, "ruby", TimeSpan.FromHours(3), 100 * MB, "its worker is gone")).ToList();
        var finding = Examination.Of(Healthy with { Stale = stale }).Single(one => one.Kind == FindingKinds.StaleProcesses);
        Assert.Equal("7 processes of ours belong to no worker any more, and hold 700 MB.", finding.Says);
        Assert.StartsWith("1 ruby, 3 hours old: its worker is gone; 2 ruby", finding.Evidence, StringComparison.Ordinal);
        Assert.EndsWith("; and 2 more", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_open_by_both_families_is_one_finding()
    {
        var finding = Examination.Of(Healthy with { Ports = [new("web.1", 7, Everywhere, true), new("web.1", 8, new TcpEnd(0, 5000), true)] }).Single(one => one.Kind == FindingKinds.OpenPort);
        Assert.Equal("Process 7 listens at 0.0.0.0:5000 and [::]:5000.", finding.Evidence);
    }

    static HostSight With(PoolSight pool) => Healthy with { Pools = [pool] };

    static HostSight With(DiskSight disk) => Healthy with { Disks = [disk] };

    static HostSight Memory(long available, long swapFree) => Healthy with { Memory = new MemoryLevel(4 * GB, available, GB, swapFree), Pools = [] };

    static HostSight Log(long bytes, long perDay) => Healthy with { Logs = [new("/srv/shop/log/production.log", bytes, perDay, 50 * GB)] };

    static HostSight Files(string who, long open, long limit) => Healthy with { OpenFiles = [new(who, 51, open, limit)] };
}
