using Understudy.Api;
using Understudy.Cli;

namespace Understudy.Tests.Cli;

public class RollProgressTests
{
    static readonly IReadOnlySet<string> Before = new HashSet<string> { "web.1", "web.2" };

    [Fact]
    public void A_restart_is_done_when_all_old_workers_have_gone_and_the_pool_is_steady()
    {
        Assert.False(Restart("rolling", 1, 2, 3).Done);
        Assert.False(Restart("rolling", 3, 4).Done);
        Assert.True(Restart("steady", 3, 4).Done);
        Assert.False(Restart("steady", 2, 4).Done);
    }

    [Fact]
    public void A_restart_says_how_far_it_is() => Assert.Equal("web: 1 of 2 replaced, 2 of 2 ready", Restart("rolling", 2, 3).Sentence);

    [Fact]
    public void A_crash_loop_ends_the_wait_and_rest_does_not_count_as_movement()
    {
        Assert.True(Restart("crash loop", 1, 2).Failed);
        Assert.True(Restart("rolling", 1, 2).Moving);
        Assert.False(Restart("steady", 1, 2).Moving);
        Assert.False(Restart("degraded", 1, 2).Moving);
    }

    [Fact]
    public void A_scaling_is_done_when_as_many_are_ready_as_wanted_and_none_is_going()
    {
        Assert.True(Scaled(Samples.Web()).Done);
        Assert.False(Scaled(Samples.Web() with { State = "scaling" }).Done);
        Assert.False(Scaled(Samples.Web() with { Wanted = 3 }).Done);
        var going = Scaled(Samples.Web(Samples.Worker(1, "ready"), Samples.Worker(2, "ready"), Samples.Worker(3, "draining")));
        Assert.False(going.Done);
        Assert.Equal("web: 2 of 2 ready, 1 going", going.Sentence);
    }

    [Fact]
    public void A_pool_that_has_not_had_its_turn_yet_is_not_taken_for_done()
    {
        Assert.False(RollProgress.OfScale(new ScaleTarget("web", 4, 4), Samples.Web()).Done);
        Assert.False(RollProgress.OfScale(new ScaleTarget("web", 4, 4), Samples.Web() with { Min = 4, Max = 4 }).Done);
        Assert.True(RollProgress.OfScale(new ScaleTarget("web", null, null), Samples.Web()).Done);
        Assert.False(RollProgress.OfScale(new ScaleTarget("web", null, null), Samples.Web() with { Min = 3 }).Done);
    }

    [Fact]
    public void A_new_proxy_is_one_with_another_pid_that_serves()
    {
        var proxy = Samples.Host().Proxy!;
        Assert.False(RollProgress.OfProxy(proxy.Pid, proxy).Done);
        Assert.False(RollProgress.OfProxy(1, proxy with { State = "leaving" }).Done);
        Assert.False(RollProgress.OfProxy(1, null).Done);
        Assert.True(RollProgress.OfProxy(1, proxy).Done);
    }

    static RollProgress Scaled(PoolDocument pool) => RollProgress.OfScale(new ScaleTarget("web", 2, 6), pool);

    static RollProgress Restart(string state, params int[] workers) =>
        RollProgress.OfRestart(Before, Samples.Web([.. workers.Select(number => Samples.Worker(number, "ready"))]) with { State = state });
}
