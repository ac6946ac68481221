namespace Understudy.Lab;

public class RoutingTests
{
    [Fact]
    public async Task Two_apps_on_one_host_are_told_apart_by_name_and_an_unknown_name_gets_a_page_that_says_so()
    {
        using var one = new StuntFolder("workers: 1", "STUNT_TAG: one", "one", "domains: [one.test, www.one.test]");
        using var two = new StuntFolder("workers: 1", "STUNT_TAG: two", "two", "domains: [\"*.two.test\"]");
        await using var host = await Host.Serve([one.Folder, two.Folder]);
        using var visitor = new Visitor(host.Port);

        Assert.Equal("one\n", (await visitor.Get("http://one.test/tag")).Body);
        Assert.Equal("one\n", (await visitor.Get("http://WWW.One.test:8080/tag")).Body);
        Assert.Equal("two\n", (await visitor.Get("http://shop.two.test/tag")).Body);
        foreach (var stranger in (string[])["http://three.test/tag", "http://two.test/tag", "http://127.0.0.1/tag"])
        {
            var refused = await visitor.Get(stranger);
            Assert.Equal(421, refused.Status);
            Assert.Contains("No app on this server is configured for the host name", refused.Body, StringComparison.Ordinal);
        }

        // One app's workers are none of the other's business.
        foreach (var worker in (await host.Workers()).Where(worker => worker.App == "one"))
            Kernel.Kill(worker.Pid);
        Assert.Equal("two\n", (await visitor.Get("http://shop.two.test/tag")).Body);
        await host.Until("the killed worker is replaced", 60.Seconds(), status => status.Apps.All(app => app.Pools[0].State == "steady" && app.Pools[0].Ready == 1));
        Assert.Equal("one\n", (await visitor.Get("http://one.test/tag")).Body);
    }
}
