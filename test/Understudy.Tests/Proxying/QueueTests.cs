namespace Understudy.Tests.Proxying;

public class QueueTests
{
    /// <summary>A worker that keeps every request until it is told to let one go.</summary>
    sealed class Gate
    {
        readonly SemaphoreSlim pass = new(0);

        public Task Hold(RawCall call) => Release(call);

        async Task Release(RawCall call)
        {
            await pass.WaitAsync(call.Stopping);
            await call.Answer(call.Line.Split(' ')[1]);
        }

        public void Let(int requests) => pass.Release(requests);
    }

    [Fact]
    public async Task A_worker_takes_no_more_than_its_concurrency_and_the_rest_waits_in_order()
    {
        var gate = new Gate();
        await using var worker = RawWorker.Start(gate.Hold);
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1 }, worker);
        var answers = new List<Task<RawAnswer>>();
        for (var i = 0; i < 6; i++)
        {
            answers.Add(proxy.Get($"/{i}"));
            var sent = i;
            await Eventually.True(() => proxy.Pool.InFlight + proxy.Pool.Queued == sent + 1, "it is in");
        }

        Assert.Equal((1, 5), (proxy.Pool.InFlight, proxy.Pool.Queued));
        Assert.True(proxy.Pool.OldestQueuedMs > 0);
        gate.Let(6);
        await Task.WhenAll(answers);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"GET /{i} HTTP/1.1"), worker.Calls.Select(call => call.Line));
        Assert.Equal(1, worker.MostInside);
        await Eventually.True(() => proxy.Pool.InFlight == 0, "all have left");
        Assert.Equal((0, 6L), (proxy.Pool.Queued, proxy.Pool.Requests));
        Assert.True(proxy.Pool.QueueWaitMs > 0);
    }

    [Fact]
    public async Task A_full_queue_answers_503_at_once()
    {
        var gate = new Gate();
        await using var worker = RawWorker.Start(gate.Hold);
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1, QueueLength = 1 }, worker);
        var first = proxy.Get("/1");
        await Eventually.True(() => proxy.Pool.InFlight == 1, "one inside");
        var second = proxy.Get("/2");
        await Eventually.True(() => proxy.Pool.Queued == 1, "one waits");
        var third = await proxy.Get("/3");
        Assert.Equal((503, "1"), (third.Status, third.Header("Retry-After")));
        Assert.Equal(1, proxy.Pool.Refused);
        gate.Let(2);
        Assert.Equal((200, 200), ((await first).Status, (await second).Status));
    }

    [Fact]
    public async Task A_wait_that_is_too_long_answers_503()
    {
        var gate = new Gate();
        await using var worker = RawWorker.Start(gate.Hold);
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1, QueueWait = TimeSpan.FromMilliseconds(150) }, worker);
        var first = proxy.Get("/1");
        await Eventually.True(() => proxy.Pool.InFlight == 1, "one inside");
        Assert.Equal(503, (await proxy.Get("/2")).Status);
        gate.Let(1);
        Assert.Equal(200, (await first).Status);
        Assert.Equal((1, 1), (worker.Calls.Count, proxy.Pool.Refused));
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_the_queue()
    {
        var gate = new Gate();
        await using var worker = RawWorker.Start(gate.Hold);
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1 }, worker);
        var first = proxy.Get("/1");
        await Eventually.True(() => proxy.Pool.InFlight == 1, "one inside");
        using (var client = await proxy.Connect())
        {
            await client.Send("GET /gone HTTP/1.1\r\nHost: test\r\n\r\n");
            await Eventually.True(() => proxy.Pool.Queued == 1, "one waits");
        }

        await Eventually.True(() => proxy.Pool.Queued == 0, "it left");
        gate.Let(2);
        await first;
        Assert.Equal(200, (await proxy.Get("/3")).Status);
        Assert.DoesNotContain(worker.Calls, call => call.Line.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_least_busy_worker_gets_the_next_request()
    {
        var gates = new[] { new Gate(), new Gate(), new Gate() };
        await using var one = RawWorker.Start(gates[0].Hold);
        await using var two = RawWorker.Start(gates[1].Hold);
        await using var three = RawWorker.Start(gates[2].Hold);
        await using var proxy = await ProxyUnderTest.Start(one, two, three);
        var all = new List<Task>();
        for (var i = 0; i < 9; i++)
        {
            all.Add(proxy.Get("/"));
            var sent = i + 1;
            await Eventually.True(() => proxy.Pool.InFlight == sent, "it is inside");
        }

        Assert.Equal([3, 3, 3], proxy.Pool.Workers.Select(worker => worker.InFlight));
        gates[1].Let(3);
        await Eventually.True(() => proxy.Worker(2).InFlight == 0, "two is empty");
        for (var i = 0; i < 3; i++) all.Add(proxy.Get("/"));
        await Eventually.True(() => proxy.Worker(2).InFlight == 3, "two got the next three");
        foreach (var gate in gates) gate.Let(10);
        await Task.WhenAll(all);
    }

    [Fact]
    public async Task What_an_older_proxy_has_inside_counts()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 2 }, worker);
        proxy.Runtime.SetForeignInFlight(new Dictionary<string, int> { ["app.web.1"] = 2 });
        var waiting = proxy.Get("/");
        await Eventually.True(() => proxy.Pool.Queued == 1, "no slot is free");
        Assert.Equal(2, proxy.Worker(1).InFlight);
        proxy.Runtime.SetForeignInFlight(new Dictionary<string, int> { ["app.web.1"] = 1 });
        Assert.Equal(200, (await waiting).Status);
    }

    [Fact]
    public async Task Requests_wait_for_a_worker_while_there_is_none_and_are_refused_at_once_after_a_long_time_without()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { QueueWait = TimeSpan.FromSeconds(1), Workers = [] }, worker);
        var waiting = proxy.Get("/");
        await Eventually.True(() => proxy.Pool.Queued == 1, "it waits");
        proxy.Apply(ProxyUnderTest.App("app", [], pool => pool, worker));
        Assert.Equal(200, (await waiting).Status);
        proxy.Apply(ProxyUnderTest.App("app", [], pool => pool with { QueueWait = TimeSpan.FromMilliseconds(50), Workers = [] }, worker));
        Assert.Equal(503, (await proxy.Get("/")).Status);
        var since = TimeProvider.System.GetTimestamp();
        Assert.Equal(503, (await proxy.Get("/")).Status);
        Assert.Equal(0, proxy.Pool.Queued);
        Assert.True(TimeProvider.System.GetElapsedTime(since) < Eventually.Deadline);
    }

    [Fact]
    public async Task A_worker_that_is_no_longer_listed_finishes_what_is_inside()
    {
        var gate = new Gate();
        await using var old = RawWorker.Start(gate.Hold);
        await using var fresh = RawWorker.Answering("fresh");
        await using var proxy = await ProxyUnderTest.Start(old);
        var inside = proxy.Get("/inside");
        await Eventually.True(() => proxy.Pool.InFlight == 1, "inside");
        proxy.Apply(ProxyUnderTest.App("app", [], pool => pool with { Workers = [fresh.Route("app.web.2")] }, old));
        Assert.Equal("fresh", (await proxy.Get("/")).Body);
        Assert.False(proxy.Worker(1).Routed);
        Assert.Equal(1, proxy.Worker(1).InFlight);
        gate.Let(1);
        Assert.Equal("/inside", (await inside).Body);
        await Eventually.True(() => proxy.Pool.Workers.Count == 1, "it is forgotten");
    }
}
