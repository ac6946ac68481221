namespace Understudy.Lab;

public class AilmentTests
{
    [Fact]
    public async Task A_worker_that_accepts_nothing_any_more_is_named_with_what_waits_at_its_port()
    {
        using var folder = new StuntFolder("workers: 2\n    stop: {within: 5s}");
        await using var host = await Host.Serve([folder.Folder]);
        var worker = (await host.Workers())[0];

        // From here on its threads are all taken; the kernel goes on accepting for it.
        await using var load = Load.Of(worker.Port, 12, "/hang-threads?count=64");
        // Of two: a pool is never given up as a whole for timeouts alone.
        await host.Until("status names it", 30.Seconds(), status =>
            status.Apps[0].Pools[0].Workers.Any(one => one.Worker == worker.Worker && one.Ailment?.Contains($"to be accepted on port {worker.Port}", StringComparison.Ordinal) == true
                && one.LastSentence.Contains(one.Ailment, StringComparison.Ordinal)));

        await Eventually.Until("its end has the evidence", 30.Seconds(), async () =>
            (await host.Events()).Any(one => one.Kind == "worker.leaving" && one.Worker == worker.Worker && one.Message.Contains("down: ", StringComparison.Ordinal) && one.Message.Contains("wait to be accepted", StringComparison.Ordinal)));
        var told = (await host.Events()).First(one => one.Kind == "worker.stuck");
        Assert.Equal((worker.App, "web", worker.Worker), (told.App, told.Pool, told.Worker));
    }
}
