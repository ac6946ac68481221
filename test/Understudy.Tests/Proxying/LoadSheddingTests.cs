using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class LoadSheddingTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly SharedWord word;
    readonly LoadShedding shedding;

    public LoadSheddingTests()
    {
        word = SharedWord.Open(folder["shedding"]);
        shedding = new LoadShedding(folder["shedding"], _ => { });
    }

    public void Dispose()
    {
        shedding.Dispose();
        word.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task While_memory_runs_out_requests_get_503_at_once_and_none_reaches_a_worker()
    {
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await Start(worker);
        Assert.Equal(200, (await proxy.Get("/")).Status);
        Shed(1000);
        using var client = await proxy.Connect();
        foreach (var line in new[] { "GET /", "GET /upper", "HEAD /cart", "DELETE /cart", "POST /up" })
        {
            await client.Send($"{line} HTTP/1.1\r\nHost: test\r\n\r\n");
            var answer = await client.Answer(line.StartsWith("HEAD", StringComparison.Ordinal));
            Assert.Equal((503, "5", "no-store", null), (answer.Status, answer.Header("Retry-After"), answer.Header("Cache-Control"), answer.Header("Connection")));
        }

        await client.Send("POST /cart HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(503, (await client.Answer()).Status);
        Assert.Equal(6, proxy.Pool.Shed);
        Assert.Equal(1, proxy.Pool.Requests);
        Assert.Contains("understudy_proxy_shed_total{app=\"app\",pool=\"web\"} 6\n", MetricsPage.Write(proxy.Runtime.Routing.Apps, proxy.Runtime.Report([], 1), 0), StringComparison.Ordinal);

        word.Value = 0;
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal("worker", (await client.Answer()).Body);
    }

    [Fact]
    public async Task The_page_that_monitors_ask_for_is_answered_by_a_worker_and_workers_are_probed()
    {
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await Start(worker);
        Shed(1000);
        Assert.Equal(200, (await proxy.Get("/up")).Status);
        Assert.Equal(200, (await proxy.Get("/up?deep=1")).Status);
        await Eventually.True(() => worker.Probes > 1, "probes go on");
        Assert.Equal(0, proxy.Pool.Shed);
    }

    [Fact]
    public async Task Half_of_them_are_about_half()
    {
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await Start(worker);
        Shed(500);
        using var client = await proxy.Connect();
        var shed = 0;
        for (var i = 0; i < 200; i++)
        {
            await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            shed += (await client.Answer()).Status == 503 ? 1 : 0;
        }

        // Ten standard deviations on either side.
        Assert.InRange(shed, 30, 170);
        Assert.Equal(shed, proxy.Pool.Shed);
    }

    [Fact]
    public async Task An_agent_that_died_while_it_shed_does_not_close_the_site()
    {
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await Start(worker);
        var until = BootClock.Now + TimeSpan.FromMilliseconds(300);
        word.Value = Shedding.Word(until, 1000);
        await Eventually.True(() => BootClock.Now > until, "its time is over");
        Assert.Equal(200, (await proxy.Get("/")).Status);
    }

    [Fact]
    public void Without_its_file_nothing_is_shed_and_that_is_said()
    {
        var said = new List<string>();
        using var none = new LoadShedding("/nowhere/shedding", said.Add);
        Assert.Contains("no load is shed", Assert.Single(said), StringComparison.Ordinal);
        Assert.False(none.Sheds(null!));
    }

    void Shed(int perMille) => word.Value = Shedding.Word(BootClock.Now + TimeSpan.FromMinutes(1), perMille);

    async Task<ProxyUnderTest> Start(RawWorker worker)
    {
        var proxy = await ProxyUnderTest.Start(worker);
        proxy.Runtime.Path.Shedding = shedding;
        return proxy;
    }
}
