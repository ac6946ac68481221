using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class ResourceLimitsTests
{
    [Theory]
    [InlineData("low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\noom_group_kill 1\n", 3)]
    [InlineData("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", 2)]
    [InlineData("oom_kill_disable 0\nunder_oom 0\n", 0)]
    public void Kills_are_counted_in_the_files_of_both_versions(string events, long kills) => Assert.Equal(kills, LimitedGroups.KilledBy(events));

    [Theory]
    [InlineData(1_000_000_000_000, 500_000_000)]
    [InlineData(10_000_000_000, 500_000_000)]
    [InlineData(40_000_000, 2_000_000)]
    public void A_disk_keeps_a_floor_that_fits_its_size(long size, long floor) => Assert.Equal(floor, DiskSpace.Floor(size));

    [Fact]
    public void Where_version_2_has_the_controllers_the_limits_are_set_on_the_commands_own_group()
    {
        using var folder = new TemporaryFolder();
        var workers = folder["understudy-abc/workers"];
        Directory.CreateDirectory(workers);
        File.WriteAllText(Path.Combine(workers, "cgroup.subtree_control"), "cpu io memory pids\n");
        var ownership = new CgroupOwnership(workers);
        var group = ownership.Prepare("shop.build-7")!;

        var limits = ResourceLimits.For(ownership);
        var groups = limits.Set("shop.build-7", group, 2_000_000_000, 500, yields: true);

        Assert.Equal("abc", ownership.Key);
        Assert.Equal("memory, number of processes, share of CPU", limits.Describe);
        Assert.Empty(groups.Separate);
        Assert.Equal(
            ["cpu.weight 20", "memory.max 2000000000", "memory.oom.group 1", "memory.swap.max 0", "pids.max 500"],
            Directory.EnumerateFiles(group).Select(file => $"{Path.GetFileName(file)} {File.ReadAllText(file)}").Order(StringComparer.Ordinal));
        Assert.False(groups.OutOfMemory);
        File.WriteAllText(Path.Combine(group, "memory.events"), "oom 1\noom_kill 1\n");
        Assert.True(groups.OutOfMemory);
    }
}
