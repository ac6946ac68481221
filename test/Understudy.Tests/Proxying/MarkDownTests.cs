using Understudy.Linux;

namespace Understudy.Tests.Proxying;

public class MarkDownTests
{
    const string Get = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

    [Fact]
    public async Task What_is_inside_a_frozen_worker_is_ended_and_answered_by_another_within_a_second()
    {
        using var process = new StoppedProcess();
        var frozen = 0;
        await using var one = RawWorker.Start(call => Volatile.Read(ref frozen) == 0 ? call.Answer("one") : call.Never());
        await using var two = RawWorker.Answering("two");
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Workers = [one.Route("app.web.1", process.Pid, process.StartTicks), two.Route("app.web.2")] });
        for (var i = 0; i < 4; i++) await proxy.Get("/");

        process.Stop();
        Volatile.Write(ref frozen, 1);
        one.ProbeAnswer = null;
        var since = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => proxy.Get("/")));
        Assert.All(answers, answer => Assert.Equal("two", answer.Body));
        // 0.1 s of quiet, 0.4 s of probe; the rest is for a busy machine.
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        Assert.Contains("stopped", proxy.Worker(1).DownReason, StringComparison.Ordinal);
        Assert.True(proxy.Worker(1).Stopped);
        Assert.True(proxy.Worker(1).DownSince <= BootClock.Now);
        Assert.True(proxy.Pool.Retries >= 1);

        process.Continue();
        Volatile.Write(ref frozen, 0);
        one.ProbeAnswer = "HTTP/1.1 200 OK\r\n\r\n";
        await Eventually.True(() => proxy.Worker(1).DownSince is null, "two good probes bring it back");
    }

    [Fact]
    public async Task A_post_inside_a_worker_that_is_marked_down_answers_502_and_is_counted_apart()
    {
        using var process = new StoppedProcess();
        await using var one = RawWorker.Start(call => call.Never());
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Workers = [one.Route("app.web.1", process.Pid, process.StartTicks)] });
        process.Stop();
        one.ProbeAnswer = null;
        var answer = await RawClient.Ask(proxy.Port, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(502, answer.Status);
        Assert.Equal((1, 1), (proxy.Pool.LostInside, one.Calls.Count));
    }

    [Fact]
    public async Task Streams_of_a_frozen_worker_end_so_that_their_clients_connect_anew()
    {
        using var process = new StoppedProcess();
        await using var one = RawWorker.Start(async call =>
        {
            await call.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            await call.Never();
        });
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Workers = [one.Route("app.web.1", process.Pid, process.StartTicks)] });
        using var client = await proxy.Connect();
        await client.Send(Get);
        await client.Reader.Head(client.Deadline);
        await Eventually.True(() => proxy.Worker(1).Streams == 1, "the stream holds no slot");
        Assert.Equal(0, proxy.Worker(1).InFlight);
        process.Stop();
        one.ProbeAnswer = null;
        await Eventually.True(() => proxy.Worker(1).DownSince is not null, "marked down by an idle probe");
        await Eventually.True(() => proxy.Worker(1).Streams == 0, "the stream has ended");
    }

    [Fact]
    public async Task A_saturated_pool_is_never_marked_down()
    {
        // Both workers answer one request at a time, slowly, and no probe while they are at it.
        var slow = new SemaphoreSlim(0);
        await using var one = RawWorker.Start(async call =>
        {
            await slow.WaitAsync(call.Stopping);
            await call.Answer("slow");
        });
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1, QueueLength = 2 }, one);
        one.ProbeAnswer = null;
        var inside = proxy.Get("/1");
        await Eventually.True(() => proxy.Pool.InFlight == 1, "inside");
        var waiting = new[] { proxy.Get("/2"), proxy.Get("/3") };
        await Eventually.True(() => proxy.Pool.Queued == 2, "waiting");
        var probes = one.Probes;
        await Eventually.True(() => one.Probes >= probes + 3, "three probes were asked in vain");
        Assert.Null(proxy.Worker(1).DownSince);
        Assert.Equal(503, (await proxy.Get("/4")).Status);
        slow.Release(3);
        Assert.Equal(200, (await inside).Status);
        foreach (var one2 in waiting) Assert.Equal(200, (await one2).Status);
        Assert.Null(proxy.Worker(1).DownSince);
    }

    [Fact]
    public async Task A_silent_worker_with_free_slots_is_marked_down_and_a_second_of_two_never()
    {
        await using var one = RawWorker.Start(call => call.Never());
        await using var two = RawWorker.Answering("two");
        await using var proxy = await ProxyUnderTest.Start(one, two);
        one.ProbeAnswer = null;
        await Eventually.True(() => proxy.Worker(1).DownSince is not null, "silence");
        Assert.Contains("no answer to anything", proxy.Worker(1).DownReason, StringComparison.Ordinal);
        two.ProbeAnswer = null;
        var probes = two.Probes;
        await Eventually.True(() => two.Probes >= probes + 3, "probed in vain");
        Assert.Null(proxy.Worker(2).DownSince);
        Assert.Equal("two", (await proxy.Get("/")).Body);
    }

    [Fact]
    public async Task A_worker_whose_listener_closed_may_finish_what_is_inside()
    {
        var go = new TaskCompletionSource();
        await using var one = RawWorker.Start(async call =>
        {
            await go.Task;
            await call.Answer("done");
        });
        await using var proxy = await ProxyUnderTest.Start(one);
        var post = RawClient.Ask(proxy.Port, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nhi");
        await Eventually.True(() => one.Calls.Count == 1, "inside");
        one.StopListening();
        await Eventually.True(() => proxy.Worker(1).DownSince is not null, "refused");
        go.SetResult();
        Assert.Equal("done", (await post).Body);
        one.ListenAgain();
        await Eventually.True(() => proxy.Worker(1).DownSince is null, "back");
    }
}
