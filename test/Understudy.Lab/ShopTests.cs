namespace Understudy.Lab;

public class ShopTests
{
    [Fact]
    public async Task The_ASP_NET_shop_sells_on_while_everything_beneath_it_dies()
    {
        await using var services = await Services.Start();
        using var shop = SampleShop.AspNet(services.Env);
        await ServedShop.SellsOnWhileEverythingBeneathItDies(shop, clients: 8, visitors: 3);
    }

    [Fact]
    public async Task An_order_that_was_inside_a_killed_worker_is_answered_502_counted_apart_and_never_written_twice()
    {
        using var shop = SampleShop.AspNet("SHOP_PAYMENT_MS: \"20000\"");
        await using var host = await Host.Serve([shop.Folder]);
        using var client = new Client(host.Port);
        var order = client.Post("/checkout", "token=lab-order-1&name=Eve&email=eve%40example.com&address=1+Stage+Door", "cart=ghost-light~2");
        var inside = "";
        await host.Until("the order is inside a worker", 20.Seconds(), status =>
        {
            inside = status.Apps[0].Pools[0].Workers.FirstOrDefault(worker => worker.InFlight > 0)?.Worker ?? "";
            return inside.Length > 0;
        });
        Kernel.Kill((await host.Workers()).Single(worker => worker.Worker == inside).Pid);

        Assert.Equal(502, (await order).Status);
        await host.Until("it is counted apart", 20.Seconds(), status => status.Apps[0].Pools[0].LostInside == 1);
        Assert.Contains("\"count\":0", (await client.Get("/orders.json")).Body, StringComparison.Ordinal);
    }
}
