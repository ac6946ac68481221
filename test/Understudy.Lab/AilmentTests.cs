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

    /// <summary>A parent whose child was made by vfork (58 on x86-64) waits in state D for as long as that runs on in its memory.</summary>
    [Fact]
    public async Task A_process_that_is_blocked_in_the_kernel_is_named_with_its_place_and_ended_with_its_worker()
    {
        using var folder = new LabFolder();
        File.WriteAllText(folder["blocked.pl"], "$SIG{TERM} = 'IGNORE'; syscall(58); while (1) { sleep 600 }");
        File.WriteAllText(folder["understudy.yaml"], """
            app: blocked
            processes:
              web:
                command: (exec perl blocked.pl) & exec python3 -m http.server --bind 127.0.0.1 $PORT
                workers: 1
                ready: /blocked.pl
                stop: {within: 1s}
            """);
        await using var host = await Host.Serve([folder.Path]);
        var worker = (await host.Workers())[0];
        await host.Until("status names it", 30.Seconds(), status => status.Apps[0].Pools[0].Workers is [{ Ailment: { } ailment } one]
            && ailment.Contains("has been blocked in the kernel for", StringComparison.Ordinal) && one.LastSentence.Contains(ailment, StringComparison.Ordinal));
        var processes = host.ProcessesOf(worker);
        Assert.Contains("(state D", (await host.Run("status")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await Eventually.Until("all of it is gone", 30.Seconds(), () => processes.All(pid => !Kernel.Lives(pid)));
        Assert.Contains(await host.Events(), told => told.Kind == "worker.stuck" && told.Worker == worker.Worker);
    }
}
