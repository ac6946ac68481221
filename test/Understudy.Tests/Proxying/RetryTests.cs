namespace Understudy.Tests.Proxying;

/// <summary>The retry rules from end to end: workers that refuse, reset, stall and die.</summary>
public class RetryTests
{
    const string Get = "GET /x HTTP/1.1\r\nHost: test\r\n\r\n";
    const string Post = "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello";

    [Theory]
    [InlineData(Get)]
    [InlineData(Post)]
    [InlineData("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task What_was_not_delivered_goes_to_another_worker_whatever_its_method(string request)
    {
        await using var refusing = RawWorker.Answering("never");
        await using var well = RawWorker.Answering("well");
        refusing.StopListening();
        await using var proxy = await ProxyUnderTest.Start(refusing, well);
        for (var i = 0; i < 4; i++) Assert.Equal("well", (await RawClient.Ask(proxy.Port, request)).Body);
        Assert.Empty(refusing.Calls);
        Assert.NotNull(proxy.Worker(1).DownSince);
        Assert.Contains("refuses", proxy.Worker(1).DownReason, StringComparison.Ordinal);
        Assert.Null(proxy.Worker(2).DownSince);
    }

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("HEAD /x HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("DELETE /x HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("OPTIONS /x HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("PUT /x HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task An_idempotent_request_is_tried_again_when_its_worker_breaks(string request)
    {
        var (broke, bodies) = (0, new List<int>());
        async Task Once(RawCall call)
        {
            var body = await call.Body();
            lock (bodies) bodies.Add(body.Length);
            if (Interlocked.Exchange(ref broke, 1) == 0) call.Reset();
            else await call.Answer("second");
        }

        await using var one = RawWorker.Start(Once);
        await using var two = RawWorker.Start(Once);
        await using var proxy = await ProxyUnderTest.Start(one, two);
        Assert.Equal(200, (await RawClient.Ask(proxy.Port, request)).Status);
        Assert.Equal((1, 1), (one.Calls.Count, two.Calls.Count));
        Assert.Equal(1, proxy.Pool.Retries);
        Assert.Single(bodies.Distinct());
    }

    [Theory]
    [InlineData(Post, true)]
    [InlineData(Post, false)]
    [InlineData("POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("POST /x HTTP/1.1\r\nHost: test\r\n\r\n", false)]
    [InlineData("PATCH /x HTTP/1.1\r\nHost: test\r\n\r\n", false)]
    [InlineData("POST /x HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true)]
    public async Task A_post_inside_a_worker_that_dies_answers_502_and_is_sent_once(string request, bool reset)
    {
        async Task Die(RawCall call)
        {
            await call.Body();
            if (reset) call.Reset();
            else call.Close();
        }

        await using var one = RawWorker.Start(Die);
        await using var two = RawWorker.Start(Die);
        await using var proxy = await ProxyUnderTest.Start(one, two);
        Assert.Equal(502, (await RawClient.Ask(proxy.Port, request)).Status);
        Assert.Equal(1, one.Calls.Count + two.Calls.Count);
        Assert.Equal((1, 0), (proxy.Pool.LostInside, proxy.Pool.Retries));
    }

    [Fact]
    public async Task On_a_kept_connection_too_a_post_is_sent_once()
    {
        // HttpClient by itself would repeat it where the worker closes a connection that was used before.
        await using var worker = RawWorker.Start(async call =>
        {
            if (call.Line.StartsWith("GET", StringComparison.Ordinal)) await call.Answer("ok");
            else call.Close();
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        for (var i = 0; i < 3; i++)
        {
            await client.Send(Get);
            Assert.Equal(200, (await client.Answer()).Status);
            await client.Send("POST /x HTTP/1.1\r\nHost: test\r\n\r\n");
            Assert.Equal(502, (await client.Answer()).Status);
        }

        Assert.Equal(6, worker.Calls.Count);
    }

    [Fact]
    public async Task An_idempotency_key_allows_a_retry_only_where_configured()
    {
        const string Keyed = "POST /x HTTP/1.1\r\nHost: test\r\nIdempotency-Key: 7\r\nContent-Length: 5\r\n\r\nhello";
        var broke = 0;
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Body();
            if (Interlocked.Increment(ref broke) % 2 == 1) call.Reset();
            else await call.Answer("second");
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(502, (await RawClient.Ask(proxy.Port, Keyed)).Status);
        broke = 0;
        proxy.Apply(ProxyUnderTest.App("app", [], pool => pool with { RetryIdempotencyKey = true }, worker));
        Assert.Equal("second", (await RawClient.Ask(proxy.Port, Keyed)).Body);
    }

    [Fact]
    public async Task A_worker_is_asked_again_after_a_break_before_it_gets_much_more()
    {
        await using var worker = RawWorker.Start(call =>
        {
            call.Reset();
            return Task.CompletedTask;
        });
        await using var well = RawWorker.Answering("well");
        await using var proxy = await ProxyUnderTest.Start(worker, well);
        var before = worker.Probes;
        for (var i = 0; i < 2; i++) await RawClient.Ask(proxy.Port, Get);
        await Eventually.True(() => worker.Probes > before, "a probe at once");
    }

    [Fact]
    public async Task Nothing_is_tried_again_once_a_byte_of_the_answer_has_gone_out()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
            await call.Reader.Head(call.Stopping);
            call.Reset();
        });
        await using var proxy = await ProxyUnderTest.Start(worker, worker);
        using var client = await proxy.Connect();
        await client.Send(Get);
        var head = await client.Reader.Head(client.Deadline);
        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        await client.Reader.Exactly(3, client.Deadline);
        worker.Die();
        Assert.True(await client.IsClosed());
        Assert.Single(worker.Calls);
    }

    [Theory]
    [InlineData("rbw")]
    [InlineData("rwb")]
    [InlineData("brw")]
    [InlineData("bwr")]
    [InlineData("wrb")]
    [InlineData("wbr")]
    public async Task A_worker_that_refused_it_takes_no_second_attempt_from_a_request_that_another_broke_under(string order)
    {
        await using var refusing = RawWorker.Answering("never");
        refusing.StopListening();
        await using var breaking = RawWorker.Start(call =>
        {
            call.Reset();
            return Task.CompletedTask;
        });
        await using var well = RawWorker.Answering("well");
        var workers = order.Select(kind => kind switch { 'r' => refusing, 'b' => breaking, _ => well }).ToArray();
        await using var proxy = await ProxyUnderTest.Start(workers);
        for (var i = 0; i < 3; i++) Assert.Equal("well", (await RawClient.Ask(proxy.Port, Get)).Body);
    }

    [Fact]
    public async Task A_poison_request_is_not_tried_again_after_it_broke_two_workers()
    {
        Func<RawCall, Task> poisonable = async call =>
        {
            if (call.Line.Contains("poison", StringComparison.Ordinal)) call.Reset();
            else await call.Answer("well");
        };
        await using var one = RawWorker.Start(poisonable);
        await using var two = RawWorker.Start(poisonable);
        await using var proxy = await ProxyUnderTest.Start(one, two);
        Assert.Equal(502, (await proxy.Get("/poison")).Status);
        Assert.Equal(2, one.Calls.Count + two.Calls.Count);
        Assert.Equal(502, (await proxy.Get("/poison")).Status);
        Assert.Equal(3, one.Calls.Count + two.Calls.Count);
        Assert.Equal("well", (await proxy.Get("/other")).Body);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_a_504_and_counted()
    {
        await using var worker = RawWorker.Start(call => call.Never());
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { RequestTimeout = TimeSpan.FromMilliseconds(200) }, worker);
        Assert.Equal(504, (await RawClient.Ask(proxy.Port, Get)).Status);
        Assert.Equal((1, 0, 0), (proxy.Pool.TimedOut, proxy.Pool.InFlight, proxy.Pool.Retries));
        Assert.Single(worker.Calls);
        await Eventually.True(() => proxy.Runtime.Routing.Apps[0].Counters.OfStatus(504) == 1, "it is counted once it has ended");
    }

    [Fact]
    public async Task A_slow_body_is_no_timeout()
    {
        var go = new TaskCompletionSource();
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
            await go.Task;
            await call.Send("cd");
        });
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { RequestTimeout = TimeSpan.FromMilliseconds(100) }, worker);
        using var client = await proxy.Connect();
        await client.Send(Get);
        await client.Reader.Head(client.Deadline);
        using var passed = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        await passed.WaitForNextTickAsync();
        go.SetResult();
        Assert.Equal("abcd"u8.ToArray(), await client.Reader.Exactly(4, client.Deadline));
    }

    [Fact]
    public async Task A_worker_that_does_not_speak_http_is_a_502()
    {
        await using var worker = RawWorker.Start(call => call.Send("SSH-2.0-OpenSSH\r\n\r\n"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(502, (await RawClient.Ask(proxy.Port, Post)).Status);
        Assert.Equal(0, proxy.Pool.LostInside);
    }
}
