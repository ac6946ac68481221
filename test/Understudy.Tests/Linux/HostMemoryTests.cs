using Understudy.Decisions.Sampling;
using Understudy.Linux;
using static Understudy.Tests.Linux.FakeMemory;

namespace Understudy.Tests.Linux;

public class HostMemoryTests
{
    [Fact]
    public void The_host_says_what_is_left_of_its_memory_and_swap()
    {
        using var fake = new FakeMemory().Host(2048 * MB, 512 * MB, 1024 * MB, 256 * MB);
        using var memory = HostMemory.Open(fake.Proc)!;
        MemoryLevel level = default;

        Assert.True(memory.Read(ref level));

        Assert.Equal(new MemoryLevel(2048 * MB, 512 * MB, 1024 * MB, 256 * MB), level);
        Assert.Equal(0.25, level.LeftShare);
    }

    [Fact]
    public void An_open_file_shows_each_change()
    {
        using var fake = new FakeMemory().Host(2048 * MB, 512 * MB);
        using var memory = HostMemory.Open(fake.Proc)!;
        MemoryLevel level = default;
        memory.Read(ref level);

        fake.Host(2048 * MB, 128 * MB);

        Assert.True(memory.Read(ref level));
        Assert.Equal(128 * MB, level.AvailableBytes);
        Assert.Equal(0, level.SwapTotalBytes);
    }

    [Fact]
    public void What_is_no_meminfo_leaves_the_level_as_it_was()
    {
        using var fake = new FakeMemory();
        fake.Write("proc/meminfo", "MemTotal: many\n");
        using var memory = HostMemory.Open(fake.Proc)!;
        var level = new MemoryLevel(1, 2, 3, 4);

        Assert.False(memory.Read(ref level));
        Assert.Equal(new MemoryLevel(1, 2, 3, 4), level);
        Assert.Null(HostMemory.Open(fake.Proc + "/none"));
    }

    [Fact]
    public void This_machine_is_understood()
    {
        using var memory = HostMemory.Open()!;
        MemoryLevel level = default;

        Assert.True(memory.Read(ref level));

        Assert.InRange(level.AvailableBytes, 1, level.TotalBytes);
        Assert.InRange(level.SwapFreeBytes, 0, level.SwapTotalBytes);
    }

    [Fact]
    public void Pressure_is_read_for_the_host_and_for_a_group()
    {
        using var fake = new FakeMemory().Pressure("12.34", "0.50");
        fake.Write("cgroup/workers/memory.pressure", "some avg10=99.00 avg60=1.00 avg300=0.00 total=2\nfull avg10=7.00 avg60=0.00 avg300=0.00 total=1\n");
        using var host = PressureFile.OfHost(fake.Proc)!;
        using var group = PressureFile.OfGroup(fake.Group("workers"))!;
        MemoryPressure ofHost = default, ofGroup = default;

        Assert.True(host.Read(ref ofHost));
        Assert.True(group.Read(ref ofGroup));

        Assert.Equal(new MemoryPressure(12.34, 0.5), ofHost);
        Assert.Equal(new MemoryPressure(99, 7), ofGroup);
        Assert.Null(PressureFile.OfGroup(fake.Group("none")));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var fake = new FakeMemory().Host(2048 * MB, 512 * MB).Pressure("1.00", "0.00").Separate("group", 500 * MB, 100 * MB).Unified("unified", "500000000", 100 * MB);
        using var memory = HostMemory.Open(fake.Proc)!;
        using var pressure = PressureFile.OfHost(fake.Proc)!;
        using var separate = MemoryGroup.Open(fake.Group("group"))!;
        using var unified = MemoryGroup.Open(fake.Group("unified"))!;
        MemoryLevel host = default, level = default;
        MemoryPressure stall = default;
        Turn();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Turn();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Turn()
        {
            memory.Read(ref host);
            pressure.Read(ref stall);
            separate.Read(host, ref level);
            unified.Read(host, ref level);
            _ = separate.Stuck;
        }
    }
}
