using System.Net;

namespace Understudy.Lab;

/// <summary>The sample shop on three hosts, with one PostgreSQL and one Redis outside them.</summary>
[Trait("length", "long")]
public class FleetShopTests
{
    [Fact]
    public async Task Three_hosts_sell_together_while_any_but_the_one_that_is_asked_freezes_or_loses_its_power()
    {
        Prerequisite.Needs(Directory.Exists("/usr/lib/postgresql") && File.Exists("/usr/bin/redis-server"), "PostgreSQL or Redis is not installed");
        using var shop = SampleShop.AspNet(web: "workers: 2");
        await using var lab = await LabHosts.Of(shop.Folder, null, 3, "--with", "postgres", "--with", "redis");
        var address = IPAddress.Parse(lab.Host(1).Address);
        using var client = new Client(80, address);
        var details = (await client.Get("/up/details")).Body.Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"postgresql\",\"state\":\"ok\"", details, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"redis\",\"state\":\"ok\"", details, StringComparison.Ordinal);

        await using var buyers = new Buyers(80, 4, address);
        await buyers.More(10);
        await lab.Do("freeze", "web-2");
        await lab.Sees("web-1", "web-3");
        await buyers.More(10);
        await lab.Do("heal", "web-2");
        await lab.Sees("web-1", "web-2", "web-3");
        await lab.Do("kill", "web-3");
        await lab.Sees("web-1", "web-2");
        await buyers.More(10);
        await lab.Do("heal", "web-3");
        await lab.Sees("web-1", "web-2", "web-3");
        await buyers.Stop();
        Assert.True(buyers.Failures.Count == 0, string.Join('\n', buyers.Failures));
        await buyers.OrdersAreWrittenOnce();
        Assert.InRange((await lab.Status())[1].Requests, 1, long.MaxValue);
    }
}
