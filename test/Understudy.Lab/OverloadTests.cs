namespace Understudy.Lab;

public class OverloadTests
{
    [Fact]
    public async Task A_saturated_pool_is_slow_and_refuses_at_once_what_no_queue_holds_and_nobody_takes_its_workers_for_dead()
    {
        using var site = new StuntFolder("workers: 2\n    concurrency: 2\n    queue: {length: 4, wait: 60s}\n    request: {timeout: 60s}");
        await using var host = await Host.Serve([site.Folder]);
        var before = (await host.Workers()).Select(worker => (worker.Worker, worker.Pid)).Order().ToList();
        var newest = (await host.Events())[^1].Id;

        // 4 inside, 4 in the queue, one too many each time.
        var slow = Enumerable.Range(0, 8).Select(_ => Ask(host.Port, "/slow?ms=6000")).ToList();
        await host.Until("slots and queue are full", 20.Seconds(), status => status.Apps[0].Pools[0] is { InFlight: 4, Queued: 4 });
        for (var beyond = 0; beyond < 10; beyond++)
        {
            var refused = await Ask(host.Port, "/pid");
            Assert.Equal(503, refused.Status);
            Assert.True(int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        }
        Assert.DoesNotContain(slow, answer => answer.IsCompleted);
        Assert.All(await Task.WhenAll(slow), answer => Assert.Equal(200, answer.Status));

        Assert.Equal(200, (await Ask(host.Port, "/pid")).Status);
        await host.Until("nothing waits", 20.Seconds(), status => status.Apps[0].Pools[0] is { InFlight: 0, Queued: 0, Refused: 10 });
        Assert.Equal(before, (await host.Workers()).Select(worker => (worker.Worker, worker.Pid)).Order());
        Assert.DoesNotContain(await host.Events(), one => one.Id > newest && one.Kind.StartsWith("worker.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_kills_its_worker_kills_two_at_most_and_harms_no_other_request()
    {
        using var site = new StuntFolder("workers: 4");
        await using var host = await Host.Serve([site.Folder]);
        var born = (await host.Workers()).Select(worker => worker.Pid).ToList();
        await using var load = Load.Of(host.Port, 6, "/pid", "/count");
        await load.More(100);

        Assert.Equal(502, (await Ask(host.Port, "/poison/pill")).Status);
        Assert.InRange(born.Count(pid => !Kernel.Lives(pid)), 1, 2);
        await host.Until("the pool is whole", 60.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady", Ready: 4 });
        var next = (await host.Workers()).Select(worker => worker.Pid).ToList();

        // Known by now: it gets no second attempt.
        Assert.Equal(502, (await Ask(host.Port, "/poison/pill")).Status);
        Assert.InRange(next.Count(pid => !Kernel.Lives(pid)), 0, 1);
        await host.Until("the pool is whole again", 60.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady", Ready: 4 });
        await load.More(100);
        await load.Stop();
        Assert.Empty(load.Failures);
    }

    static async Task<HttpAnswer> Ask(int port, string path)
    {
        using var client = new Client(port);
        return await client.Get(path);
    }
}
