using Understudy.Decisions.Sampling;
using Understudy.Sampling;

namespace Understudy.Tests.Sampling;

public class MemoryDescriptionTests
{
    static readonly TimeSpan Now = TimeSpan.FromHours(1);

    readonly MemorySight _sight = new(
        Now, new MemoryLevel(1000, 400, 0, 0), new MemoryPressure(1.5, 0), null,
        new Dictionary<string, OwnerSight>
        {
            ["proxy"] = new([Seen(5, 1)], null),
            ["shop.web.1"] = new([Seen(10, 100), Seen(11, 20, parent: 10)], 500),
            ["shop.web.2"] = new([Seen(20, 40)], 300),
            ["shop.web.3"] = new([Seen(30, 7)], null),
            ["shop.jobs.4"] = new([Seen(40, null)], null),
            ["shop.build-7"] = new([], null),
        },
        new Dictionary<int, SeenProcess> { [50] = Seen(50, 3) }, [Seen(60, 9)], 12, ["something"]);

    [Fact]
    public void Each_owner_stands_in_one_place_with_its_sums_and_its_tree()
    {
        var told = Describe().Of(
            [Worker("shop.web.1"), Worker("shop.web.2", adopted: true), Worker("shop.jobs.4"), Worker("shop.web.3"), Worker("shop.web.9")],
            [new StaleMemory("shop.web.3", "is past its deadline", "is killed now", Now - TimeSpan.FromMinutes(2), "r1", 3), new StaleMemory("shop.web.8", "is gone by now", "")],
            [new MovedProcess(Seen(50, 3).Process, "shop.web.1", "/elsewhere"), new MovedProcess(Seen(51, 3).Process, "shop.web.1", "/gone")]);

        Assert.Equal(["web", "jobs"], told.Pools.Select(pool => pool.Pool));
        Assert.Equal(["web.1", "web.2", "web.9"], told.Pools[0].Workers.Select(worker => worker.Worker));
        var first = told.Pools[0].Workers[0];
        Assert.Equal((2, 0, 120L, 60L, 60L, 500L, 11.0), (first.Sum.Processes, first.Sum.Unmeasured, first.Sum.PssBytes, first.Sum.PrivateBytes, first.Sum.SharedBytes, first.Sum.ChargeBytes, first.Sum.AgeSeconds));
        Assert.Equal([(10, 0), (11, 1)], first.Processes.Select(process => (process.Pid, process.Depth)));
        // One that has just ended is charged with nothing known, and so is its pool.
        Assert.Equal((160L, null), (told.Pools[0].Sum.PssBytes, told.Pools[0].Sum.ChargeBytes));
        Assert.Equal((1, 1, 0L, null), (told.Pools[1].Sum.Processes, told.Pools[1].Sum.Unmeasured, told.Pools[1].Sum.PssBytes, told.Pools[1].Sum.AgeSeconds));
        Assert.Equal(["proxy"], told.Beside.Select(owner => owner.Id));
        Assert.Equal(("shop.web.3", 7L), (Assert.Single(told.Stale).Id, told.Stale[0].Sum.PssBytes));
        Assert.Equal(["shop.web.2"], told.Adopted);
        Assert.Equal("/elsewhere", Assert.Single(told.Moved).Place);
        Assert.Equal((12, 60), (told.OthersCount, Assert.Single(told.Others).Pid));
        Assert.Equal(["something", "and more"], told.Missing);
    }

    [Fact]
    public void When_memory_is_gone_is_said_where_somebody_watches_it()
    {
        Assert.Equal((4L, 100.0), (Describe(4).Of([], [], []).Memory!.FallingBytesPerSecond, Describe(4).Of([], [], []).Memory!.ExhaustedInSeconds));
        Assert.Equal((0L, null), (Describe(0).Of([], [], []).Memory!.FallingBytesPerSecond, Describe(0).Of([], [], []).Memory!.ExhaustedInSeconds));
        Assert.Null(Describe(null).Of([], [], []).Memory!.FallingBytesPerSecond);
    }

    MemoryDescription Describe(double? falling = null) => new(_sight, falling) { Host = "web-1", Agent = "answers", Exact = false, Missing = ["and more"] };

    static CountedWorker Worker(string id, bool adopted = false) => new(id, "ready", 10, "r1", 3, Samples.Now, adopted);

    static SeenProcess Seen(int pid, long? pss, int parent = 1) => new(
        new OwnedProcess(new ProcessKey(pid, 1), parent, "ruby", 'S'), 9, "puma", pss is { } bytes ? new MemorySample(Now - TimeSpan.FromSeconds(pid), bytes, bytes / 2, 0) : null);
}
