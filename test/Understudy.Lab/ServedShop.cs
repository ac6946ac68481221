using Understudy.Api;

namespace Understudy.Lab;

/// <summary>A shop that is served and under load, and what is done to it in turn. After each deed: no page failed.</summary>
sealed class ServedShop(Host host, Load load, Buyers buyers)
{
    public static async Task SellsOnWhileEverythingBeneathItDies(SampleShop shop, int clients, int visitors)
    {
        await using var host = await Host.Serve([shop.Folder]);
        await using var load = Load.Of(host.Port, clients, "/", "/?q=thunder", "/products/ghost-light", "/cart");
        await using var buyers = new Buyers(host.Port, visitors);
        await load.More(50);
        var served = new ServedShop(host, load, buyers);

        await served.SurvivesAKilledWorker();
        await served.SurvivesAFrozenWorker();
        await served.SurvivesItsAgentsDeath();
        await served.SurvivesAnotherProxy();
        await served.ScalesUpAndDown();
        await served.SurvivesARollingRestart();

        await load.Stop();
        await buyers.Stop();
        await buyers.OrdersAreWrittenOnce();
    }

    public async Task SurvivesAKilledWorker()
    {
        var victim = (await host.Workers())[0];
        Kernel.Kill(victim.Pid);
        await host.Until("another worker takes its place", 60.Seconds(), status => Steady(status) && All(status).All(worker => worker.Worker != victim.Worker));
        await NothingFailed("a worker was killed");
    }

    public async Task SurvivesAFrozenWorker()
    {
        var victim = (await host.Workers())[0];
        // A Puma in cluster mode serves from its forks: its first process alone stops nothing.
        foreach (var pid in host.ProcessesOf(victim))
            Kernel.Freeze(pid);
        await host.Until("the frozen one is replaced", 60.Seconds(), status => Steady(status) && All(status).All(worker => worker.Worker != victim.Worker));
        Assert.False(Kernel.Lives(victim.Pid));
        await NothingFailed("a worker was frozen");
    }

    public async Task SurvivesItsAgentsDeath()
    {
        var before = await host.Workers();
        var proxy = (await host.Status())!.Proxy!.Pid;
        await host.KillAgent();
        await host.Until("the next agent is steady", 60.Seconds(), Steady);
        var after = await host.Workers();
        Assert.Equal(before.Select(worker => (worker.Worker, worker.Pid)), after.Select(worker => (worker.Worker, worker.Pid)));
        Assert.Equal(proxy, (await host.Status())!.Proxy!.Pid);
        await NothingFailed("the agent was killed");
    }

    public async Task SurvivesAnotherProxy()
    {
        var before = (await host.Status())!.Proxy!.Pid;
        Assert.Equal(0, (await host.Run("restart", "proxy")).Code);
        await host.Until("another proxy serves", 60.Seconds(), status => status.Proxy is { } proxy && proxy.Pid != before);
        await NothingFailed("the proxy was replaced");
    }

    public async Task ScalesUpAndDown()
    {
        Assert.Equal(0, (await host.Run("scale", "web=6")).Code);
        await host.Until("six are ready", 120.Seconds(), status => Steady(status) && All(status).Count == 6);
        await load.More(50);
        Assert.Equal(0, (await host.Run("scale", "web=2")).Code);
        await host.Until("two are left", 60.Seconds(), status => Steady(status) && All(status).Count == 2);
        await NothingFailed("the pool was scaled to 6 and back");
    }

    public async Task SurvivesARollingRestart()
    {
        var before = (await host.Workers()).Select(worker => worker.Worker).ToList();
        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await host.Until("every worker is a new one", 120.Seconds(), status => Steady(status) && All(status).All(worker => !before.Contains(worker.Worker)));
        await NothingFailed("a rolling restart");
    }

    async Task NothingFailed(string after)
    {
        // Some of what went wrong would show only on the next use of a connection.
        await load.More(100);
        await buyers.More(3);
        Assert.True(load.Failures.Count == 0 && buyers.Failures.Count == 0, $"{after}: {string.Join("\n", load.Failures.Concat(buyers.Failures).Take(10))}\n{await host.Describe()}");
    }

    static bool Steady(HostDocument status) => status.Apps.All(app => app.Pools.All(pool => pool.State == "steady"));

    static IReadOnlyList<WorkerDocument> All(HostDocument status) => [.. status.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers)];
}
