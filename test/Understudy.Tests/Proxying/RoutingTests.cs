namespace Understudy.Tests.Proxying;

public class RoutingTests
{
    [Fact]
    public async Task Two_apps_are_told_apart_by_their_domains()
    {
        await using var shop = RawWorker.Answering("shop");
        await using var wild = RawWorker.Answering("wild");
        await using var proxy = await ProxyUnderTest.Start(
            ProxyUnderTest.App("shop", ["shop.example", "www.shop.example"], pool => pool, shop),
            ProxyUnderTest.App("wild", ["*.example.org"], pool => pool, wild));
        Assert.Equal("shop", (await proxy.Get("/", "shop.example")).Body);
        Assert.Equal("shop", (await proxy.Get("/", "WWW.Shop.Example:8080")).Body);
        Assert.Equal("wild", (await proxy.Get("/", "a.b.example.org")).Body);
        Assert.Equal(421, (await proxy.Get("/", "elsewhere.example")).Status);
        Assert.Equal(421, (await proxy.Get("/", "example.org")).Status);
    }

    [Fact]
    public async Task The_host_is_looked_up_anew_for_each_request_of_a_connection_and_for_each_table()
    {
        await using var one = RawWorker.Answering("one");
        await using var two = RawWorker.Answering("two");
        await using var proxy = await ProxyUnderTest.Start(
            ProxyUnderTest.App("one", ["one.example"], pool => pool, one), ProxyUnderTest.App("two", ["two.example"], pool => pool, two));
        using var client = await proxy.Connect();
        foreach (var host in new[] { "one", "two", "one", "one", "two" })
        {
            await client.Send($"GET / HTTP/1.1\r\nHost: {host}.example\r\n\r\n");
            Assert.Equal(host, (await client.Answer()).Body);
        }

        proxy.Apply(ProxyUnderTest.App("one", ["two.example"], pool => pool, one));
        await client.Send("GET / HTTP/1.1\r\nHost: two.example\r\n\r\n");
        Assert.Equal("one", (await client.Answer()).Body);
    }

    [Fact]
    public async Task A_leaving_proxy_asks_its_clients_to_connect_anew()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Null((await client.Answer()).Header("Connection"));
        proxy.Runtime.Leave();
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal("close", (await client.Answer()).Header("Connection"));
        Assert.True(await client.IsClosed());
    }
}
