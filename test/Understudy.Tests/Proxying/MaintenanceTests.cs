using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class MaintenanceTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static AppRoute App(RawWorker worker, MaintenanceRoute? maintenance) => ProxyUnderTest.App("app", [], pool => pool, worker) with { Maintenance = maintenance };

    [Fact]
    public async Task Every_request_gets_the_page_and_none_reaches_a_worker_until_it_is_over()
    {
        File.WriteAllText(folder["503.html"], "<h1>Back at nine</h1>");
        Directory.CreateDirectory(folder["public"]);
        File.WriteAllText(folder["public/app.css"], "body {}");
        await using var worker = RawWorker.Answering("worker");
        var open = App(worker, null) with { Assets = [new AssetRoute(folder.Path, "public")] };
        await using var proxy = await ProxyUnderTest.Start(open);
        Assert.Equal("body {}", (await proxy.Get("/app.css")).Body);
        proxy.Apply(open with { Maintenance = new MaintenanceRoute(120, folder["503.html"]) });
        using var client = await proxy.Connect();
        foreach (var line in new[] { "GET /", "GET /app.css", "DELETE /cart", "HEAD /", "GET /up" })
        {
            await client.Send($"{line} HTTP/1.1\r\nHost: test\r\n\r\n");
            var answer = await client.Answer(line.StartsWith("HEAD", StringComparison.Ordinal));
            Assert.Equal((503, "120", "no-store", null), (answer.Status, answer.Header("Retry-After"), answer.Header("Cache-Control"), answer.Header("Connection")));
            Assert.Equal(("text/html; charset=utf-8", "21"), (answer.Header("Content-Type"), answer.Header("Content-Length")));
            Assert.Equal(line.StartsWith("HEAD", StringComparison.Ordinal) ? "" : "<h1>Back at nine</h1>", answer.Body);
        }

        await client.Send("POST /cart HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(503, (await client.Answer()).Status);
        Assert.Empty(worker.Calls);
        await Eventually.True(() => proxy.Runtime.Routing.Apps[0].Counters.OfStatus(503) == 6, "all are counted");

        proxy.Apply(open);
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal("worker", (await client.Answer()).Body);
        Assert.Equal("body {}", (await proxy.Get("/app.css")).Body);
    }

    [Fact]
    public async Task Workers_are_probed_as_before()
    {
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, new MaintenanceRoute(60, null)));
        await Eventually.True(() => worker.Probes > 1, "probes go on");
        worker.StopListening();
        await Eventually.True(() => proxy.Worker(1).DownSince is not null, "marked down");
        worker.ListenAgain();
        await Eventually.True(() => proxy.Worker(1).DownSince is null, "and up");
    }

    [Fact]
    public async Task A_page_that_is_replaced_is_read_anew()
    {
        File.WriteAllText(folder["503.html"], "first");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, new MaintenanceRoute(60, folder["503.html"])));
        Assert.Equal("first", (await proxy.Get("/")).Body);
        Assert.Equal("first", (await proxy.Get("/")).Body);
        File.WriteAllText(folder["503.html"], "the second");
        Assert.Equal("the second", (await proxy.Get("/")).Body);
        File.Delete(folder["503.html"]);
        Assert.Contains("being worked on", (await proxy.Get("/")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_page_that_can_be_shown_it_is_the_proxys_own()
    {
        File.WriteAllText(folder["secret"], "secret");
        Directory.CreateDirectory(folder["public"]);
        File.CreateSymbolicLink(folder["public/503.html"], folder["secret"]);
        File.WriteAllBytes(folder["large.html"], new byte[(256 * 1024) + 1]);
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(worker);
        foreach (var page in new[] { null, folder["missing.html"], folder["public/503.html"], folder["large.html"], folder["public"], "/", "/dev/zero" })
        {
            proxy.Apply(App(worker, new MaintenanceRoute(30, page)));
            var answer = await proxy.Get("/");
            Assert.Equal((503, "30"), (answer.Status, answer.Header("Retry-After")));
            Assert.Contains("<h1>The site is being worked on</h1>", answer.Body, StringComparison.Ordinal);
        }
    }
}
