namespace Understudy.Lab;

public class RailsShopTests
{
    [Fact]
    public async Task The_Rails_shop_sells_on_while_everything_beneath_it_dies()
    {
        await using var services = await Services.Start();
        using var shop = await SampleShop.Rails(services.Env + "\n  WEB_CONCURRENCY: \"0\"");
        await ServedShop.SellsOnWhileEverythingBeneathItDies(shop, clients: 4, visitors: 2);
    }

    [Fact]
    public async Task A_preforking_Puma_whose_master_is_killed_leaves_no_process()
    {
        using var shop = await SampleShop.Rails("WEB_CONCURRENCY: \"2\"", "workers: 1");
        await using var host = await Host.Serve([shop.Folder]);
        Prerequisite.Needs((await host.Status())!.Ownership == "cgroup", "no right to make cgroups here");
        var worker = (await host.Workers()).Single();
        var tree = host.ProcessesOf(worker);
        Assert.True(tree.Count >= 3, $"a master and two forks, but these are its processes: {string.Join(' ', tree)}");

        Kernel.Kill(worker.Pid);

        await host.Until("another takes its place", 60.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady" } pool && pool.Workers.All(now => now.Worker != worker.Worker));
        Assert.DoesNotContain(tree, Kernel.Lives);
        await Eventually.Until("its cgroup is removed", 20.Seconds(), () => !Directory.Exists(host.CgroupOf(worker)));
        using var client = new Client(host.Port);
        Assert.Equal(200, (await client.Get("/")).Status);
    }
}
