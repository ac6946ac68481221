using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class CgroupsTests
{
    [Theory]
    [InlineData("36 25 0:31 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n", "/sys/fs/cgroup")]
    [InlineData("30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 25 0:27 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n", "/sys/fs/cgroup/unified")]
    [InlineData("30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", null)]
    [InlineData("", null)]
    public void The_mount_of_version_2_is_found_also_where_version_1_owns_the_controllers(string mountinfo, string? expected) =>
        Assert.Equal(expected, Cgroups.FindMount(mountinfo));

    [Theory]
    [InlineData("memory", "/sys/fs/cgroup/memory")]
    [InlineData("cpu", "/sys/fs/cgroup/cpu,cpuacct")]
    [InlineData("pids", null)]
    [InlineData("cpuset", null)]
    public void A_controller_of_version_1_is_found_where_it_is_mounted(string controller, string? expected) =>
        Assert.Equal(expected, Cgroups.FindMount(
            "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n32 25 0:28 / /sys/fs/cgroup/pids rw - cgroup2 cgroup2 rw,pids\n", controller));
}
