using Understudy.Decisions.Sampling;
using Understudy.Linux;
using static Understudy.Tests.Linux.FakeMemory;

namespace Understudy.Tests.Linux;

public class MemoryGroupTests
{
    static readonly MemoryLevel Host = new(8000 * MB, 6000 * MB, 1000 * MB, 900 * MB);

    [Theory]
    [InlineData("500000000", 400, 0, 0, "max", 0, 500, 100, 1000, 900)]
    [InlineData("500000000", 400, 80, 40, "max", 0, 500, 200, 1000, 900)]
    [InlineData("500000000", 400, 900, 0, "0", 0, 500, 500, 0, 0)]
    [InlineData("500000000", 600, 0, 0, "300000000", 50, 500, 0, 300, 250)]
    [InlineData("max", 400, 0, 0, "max", 0, 8000, 6000, 1000, 900)]
    [InlineData("9000000000", 400, 0, 0, "5000000000", 0, 8000, 6000, 1000, 900)]
    public void A_group_of_version_2_has_what_its_limit_and_the_host_leave_it(
        string max, long current, long idle, long busy, string swapMax, long swap, long total, long available, long swapTotal, long swapFree)
    {
        using var fake = new FakeMemory().Unified("g", max, current * MB, idle * MB, busy * MB, swapMax, swap * MB);
        Assert.Equal(new MemoryLevel(total * MB, available * MB, swapTotal * MB, swapFree * MB), Read(fake));
    }

    [Theory]
    [InlineData(500, 400, 0, 0, 0, 0, 500, 100, 1000, 900)]
    [InlineData(500, 400, 80, 40, 0, 0, 500, 200, 1000, 900)]
    [InlineData(500, 400, 0, 0, 700, 450, 500, 100, 200, 150)]
    [InlineData(500, 500, 0, 0, 700, 700, 500, 0, 200, 0)]
    [InlineData(500, 400, 0, 0, 500, 400, 500, 100, 0, 0)]
    [InlineData(0, 400, 0, 0, 0, 0, 8000, 6000, 1000, 900)]
    public void A_group_of_version_1_too_where_one_limit_holds_for_memory_and_swap_together(
        long limit, long usage, long idle, long busy, long both, long bothUsage, long total, long available, long swapTotal, long swapFree)
    {
        const long None = 9223372036854771712;
        using var fake = new FakeMemory().Separate("g", limit == 0 ? None : limit * MB, usage * MB, idle * MB, busy * MB, both == 0 ? None : both * MB, bothUsage * MB);
        Assert.Equal(new MemoryLevel(total * MB, available * MB, swapTotal * MB, swapFree * MB), Read(fake));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_group_that_is_stuck_for_want_of_memory_is_known(bool stuck)
    {
        using var fake = new FakeMemory().Separate("g", 500 * MB, 500 * MB, stuck: stuck);
        using var group = MemoryGroup.Open(fake.Group("g"))!;
        Assert.Equal(stuck, group.Stuck);
    }

    [Fact]
    public void What_counts_no_memory_is_no_group()
    {
        using var fake = new FakeMemory();
        fake.Write("cgroup/g/cgroup.procs", "1\n");
        Assert.Null(MemoryGroup.Open(fake.Group("g")));
        Assert.Null(MemoryGroup.Open(fake.Group("none")));
    }

    [Fact]
    public void The_smallest_limit_on_the_way_up_is_the_one_that_counts()
    {
        using var fake = new FakeMemory().Unified("slice", "300000000", 0).Unified("slice/unit", "500000000", 0).Unified("slice/unit/workers", "max", 0).Unified("free", "max", 0);

        Assert.Equal(fake.Group("slice"), MemoryGroups.Tightest(fake.Group("").TrimEnd('/'), "/slice/unit/workers"));
        Assert.Null(MemoryGroups.Tightest(fake.Group("").TrimEnd('/'), "/free"));
    }

    [Theory]
    [InlineData("9:name=systemd:/\n4:memory:/box\n0::/other\n", "box")]
    [InlineData("0::/other\n", "other")]
    [InlineData("4:cpu:/box\n", null)]
    public void The_group_of_a_process_is_found_in_either_version(string places, string? found)
    {
        using var fake = new FakeMemory().Separate("v1/box", 400 * MB, 0).Unified("v2/other", "500000000", 0);
        fake.Write("proc/self/mountinfo", $"30 25 0:26 / {fake.Group("v1")} rw - cgroup cgroup rw,memory\n31 25 0:27 / {fake.Group("v2")} rw shared:9 - cgroup2 cgroup2 rw\n");
        fake.Write("proc/42/cgroup", places);

        Assert.Equal(found, MemoryGroups.Limiting("42", proc: fake.Proc) is { } folder ? Path.GetFileName(folder) : null);
    }

    [Fact]
    public void A_workers_own_limit_is_not_that_of_all_workers()
    {
        using var fake = new FakeMemory().Separate("all", 400 * MB, 0).Separate("all/shop.web.1", 100 * MB, 0);
        fake.Write("proc/self/mountinfo", $"30 25 0:26 / {fake.Group("").TrimEnd('/')} rw - cgroup cgroup rw,memory\n");
        fake.Write("proc/42/cgroup", "4:memory:/all/shop.web.1\n");

        Assert.Equal(fake.Group("all/shop.web.1"), MemoryGroups.Limiting("42", proc: fake.Proc));
        Assert.Equal(fake.Group("all"), MemoryGroups.Limiting("42", "shop.web.1", fake.Proc));
    }

    static MemoryLevel Read(FakeMemory fake)
    {
        using var group = MemoryGroup.Open(fake.Group("g"))!;
        MemoryLevel level = default;
        Assert.True(group.Read(Host, ref level));
        return level;
    }
}
