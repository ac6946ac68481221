using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Releases;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>What the proxy counts of each worker, for the watch on a release.</summary>
public class WorkerFiguresTests
{
    static Task Behave(RawCall call) => call.Line.Split(' ')[1] switch
    {
        "/500" => call.Send("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"),
        "/404" => call.Send("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
        "/reset" => Reset(call),
        "/cut" => CutOff(call, 200),
        "/cut500" => CutOff(call, 500),
        "/never" => call.Never(),
        _ => call.Answer("ok"),
    };

    static Task Reset(RawCall call)
    {
        call.Reset();
        return Task.CompletedTask;
    }

    static async Task CutOff(RawCall call, int status)
    {
        await call.Send($"HTTP/1.1 {status} X\r\nContent-Length: 10\r\n\r\nhal");
        call.Close();
    }

    /// <param name="failures">What is counted as a request ends, just after its client knows, is waited for.</param>
    static async Task<(long Requests, long Failures, long Answers)> After(long failures, params string[] targets)
    {
        await using var worker = RawWorker.Start(Behave);
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { RequestTimeout = TimeSpan.FromSeconds(1) }, worker);
        foreach (var target in targets)
        {
            using var client = await proxy.Connect();
            await client.Send($"POST {target} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
            try
            {
                await client.Answer();
            }
            catch (Exception cut) when (cut is IOException)
            {
            }
        }

        await Eventually.True(() => proxy.Pool.InFlight == 0 && proxy.Worker(1).Failures >= failures, "all have left");
        var figures = ReleaseFigures.Of(proxy.Worker(1));
        return (figures.Requests, figures.Failures, figures.Durations.Sum());
    }

    [Theory]
    [InlineData("/", 0, 1)]
    [InlineData("/404", 0, 1)]
    [InlineData("/500", 1, 1)]
    [InlineData("/reset", 1, 0)]
    [InlineData("/never", 1, 0)]
    [InlineData("/cut", 1, 1)]
    [InlineData("/cut500", 1, 1)]
    public async Task One_request_is_counted_once(string target, long failures, long answers)
    {
        Assert.Equal((1, failures, answers), await After(failures, target));
        Assert.Equal((3, failures, answers + 2), await After(failures, "/", target, "/"));
    }

    [Fact]
    public async Task A_worker_that_refuses_has_failed_and_the_one_that_served_instead_has_not()
    {
        await using var refusing = RawWorker.Answering("never");
        await using var well = RawWorker.Answering("well");
        refusing.StopListening();
        await using var proxy = await ProxyUnderTest.Start(refusing, well);
        for (var i = 0; i < 4; i++) Assert.Equal("well", (await proxy.Get("/")).Body);
        Assert.Equal((proxy.Worker(1).Requests, 0), (proxy.Worker(1).Failures, proxy.Worker(2).Failures));
        Assert.Equal((4, 4), (proxy.Worker(2).Requests, proxy.Worker(2).Durations.Sum()));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_no_failure_and_neither_is_a_full_queue()
    {
        await using var worker = RawWorker.Start(call => call.Never());
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1, QueueLength = 0 }, worker);
        using (var client = await proxy.Connect())
        {
            await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            await Eventually.True(() => !worker.Calls.IsEmpty, "it is inside");
            Assert.Equal(503, (await proxy.Get("/")).Status);
        }

        await Eventually.True(() => proxy.Pool.InFlight == 0, "it has left");
        Assert.Equal((1, 0), (proxy.Worker(1).Requests, proxy.Worker(1).Failures));
        Assert.Empty(proxy.Worker(1).Durations);
    }

    [Fact]
    public async Task Times_to_the_head_of_the_answer_are_counted_in_buckets()
    {
        var (head, body) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var worker = RawWorker.Start(async call =>
        {
            await head.Task;
            await call.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            await body.Task;
            await call.Send("ok");
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        var started = Clock.Ticks;
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        await Eventually.True(() => !worker.Calls.IsEmpty && Clock.Milliseconds(Clock.Ticks - started) > 150, "it waits inside");
        Assert.Empty(proxy.Worker(1).Durations);
        head.SetResult();
        await Eventually.True(() => proxy.Worker(1).Durations.Sum() == 1, "counted before the body came");
        var took = Clock.Milliseconds(Clock.Ticks - started);
        var bucket = proxy.Worker(1).Durations.Count - 1;
        Assert.True(AnswerTimes.UpTo(bucket) > 80 && AnswerTimes.Above(bucket) <= took, $"bucket {bucket} after {took} ms");
        body.SetResult();
        Assert.Equal("ok", (await client.Answer()).Body);
    }

    [Fact]
    public void A_report_of_an_older_proxy_lacks_them_and_a_new_one_is_short_where_nothing_was_counted()
    {
        const string Old = """{"id":"app.web.1","routed":true,"inFlight":0,"streams":0,"requests":7,"downSince":null,"downReason":null,"stopped":false}""";
        var report = JsonSerializer.Deserialize(Old, JsonProxying.Default.WorkerReport)!;
        Assert.Equal((7, 0), (report.Requests, report.Failures));
        Assert.Empty(report.Durations);
        Assert.Contains("\"durations\":[]", JsonSerializer.Serialize(report, JsonProxying.Default.WorkerReport), StringComparison.Ordinal);
        var counted = JsonSerializer.Serialize(report with { Failures = 2, Durations = [0, 3] }, JsonProxying.Default.WorkerReport);
        var back = JsonSerializer.Deserialize(counted, JsonProxying.Default.WorkerReport)!;
        Assert.Equal(2, back.Failures);
        Assert.Equal([0, 3], back.Durations);
    }
}
