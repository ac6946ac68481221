namespace Understudy.Lab;

/// <summary>DATABASE_URL: what the samples' README says for more than one host.</summary>
public class PostgresTests
{
    [Fact]
    public async Task The_ASP_NET_shop_keeps_its_orders_in_PostgreSQL_around_a_killed_worker()
    {
        await using var postgres = await Postgres.Start();
        using var shop = SampleShop.AspNet(Env(postgres), "workers: 2");
        await SellsAroundAKilledWorker(shop);
    }

    [Fact]
    public async Task The_Rails_shop_keeps_its_orders_in_PostgreSQL_around_a_killed_worker()
    {
        await using var postgres = await Postgres.Start();
        using var shop = await SampleShop.Rails(Env(postgres) + "\n  WEB_CONCURRENCY: \"0\"", "workers: 2");
        await SellsAroundAKilledWorker(shop);
    }

    static string Env(Postgres postgres) => $"DATABASE_URL: \"{postgres.Url}\"";

    static async Task SellsAroundAKilledWorker(SampleShop shop)
    {
        await using var host = await Host.Serve([shop.Folder]);
        using var client = new Client(host.Port);
        Assert.Contains("\"kind\":\"postgresql\",\"state\":\"ok\"", (await client.Get("/up/details")).Body.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        await using var buyers = new Buyers(host.Port, 2);
        await buyers.More(5);
        Kernel.Kill((await host.Workers())[0].Pid);
        await buyers.More(5);
        await buyers.Stop();
        Assert.Empty(buyers.Failures);
        await buyers.OrdersAreWrittenOnce();
    }
}
