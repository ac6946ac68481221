namespace Understudy.Tests.Decisions.Sampling;

/// <summary>A host whose workers grow, burst and leak as a seed says: what the guard does about it, and what it must not do.</summary>
public class GuardSimulationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leak_never_takes_the_whole_host(bool stubborn)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var world = new GuardWorld(seed, leaks: true) { Stubborn = stubborn };
            world.Pass(TimeSpan.FromMinutes(10));
            Assert.True(world.LeastLeftShare > 0, $"seed {seed}: all memory was gone: {world}");
            Assert.True(world.Recycled > 0, $"seed {seed}: nothing was recycled: {world}");
            Assert.True(world.KilledInNeed == 0, $"seed {seed}: killed in the last resort: {world}");
        }
    }

    [Fact]
    public void Without_a_guard_every_such_leak_does()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var world = new GuardWorld(seed, leaks: true) { Guarded = false };
            world.Pass(TimeSpan.FromMinutes(10));
            Assert.True(world.LeastLeftShare <= 0, $"seed {seed}: {world}");
        }
    }

    [Fact]
    public void Starts_bursts_and_file_caches_cost_no_worker_and_no_request()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var world = new GuardWorld(seed, leaks: false);
            world.Pass(TimeSpan.FromMinutes(10));
            Assert.True(world is { Recycled: 0, Shed: 0 }, $"seed {seed}: {world}");
        }
    }
}
