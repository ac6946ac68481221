using System.Globalization;
using Understudy.Api;

namespace Understudy.Lab;

/// <summary>Workers that use memory up, in a limited group (v1) with swap: never the whole host's.</summary>
public class GuardTests
{
    const string Limit = "memory: 200MB\n";

    [Fact]
    public async Task A_leak_of_20_MB_a_second_is_ended_before_one_answer_is_missed()
    {
        using var app = new StuntFolder("workers: 2");
        // Room for a new worker beside the old one.
        await using var host = await Host.Serve([app.Folder], "memory: 300MB\n");
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 100, killAfterSeconds: 60);
        var leaking = (await host.Workers())[0];
        await using var load = Load.Of(host.Port, 4, "/pid");
        await load.More(50);

        await Leak(leaking, 20);
        await Replaced(host, leaking);
        await load.More(50);
        await load.Stop();

        await Tell(host, memory, load);
        load.NeverFailed();
        Assert.Equal(0, memory.KernelKills);
        Assert.True(memory.UsedBytes < 200_000_000, $"{memory.UsedBytes} bytes are still used");
        var events = await host.Events();
        Assert.Contains(events, change => change.Kind == "guard.recycled" && change.Worker == leaking.Worker && change.Message.Contains("its fair share", StringComparison.Ordinal));
        Assert.DoesNotContain(events, change => change.Kind is "guard.killed" or "worker.crashed");
    }

    [Fact]
    public async Task One_that_only_reports_says_what_it_would_do_and_does_nothing()
    {
        using var app = new StuntFolder("workers: 2");
        await using var host = await Host.Serve([app.Folder], Limit + "guard: report\n");
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 60, killAfterSeconds: 60);
        var before = await host.Workers();

        await Leak(before[0], 20);
        await Eventually.Until("it says that it would replace the worker", 40.Seconds(), async () => (await host.Events()).Any(change => change.Kind == "guard.recycled"));

        var events = await host.Events();
        Assert.All(events.Where(change => change.Kind.StartsWith("guard.", StringComparison.Ordinal)), change => Assert.Contains("would", change.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(events, change => change.Kind is "worker.recycled" or "worker.leaving");
        Assert.Equal(before.Select(worker => worker.Pid), (await host.Status())!.Apps[0].Pools[0].Workers.Select(worker => worker.Pid));
        Assert.Contains("would", (await host.Run("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_leaks_on_and_does_not_end_when_told_to_is_not_waited_for()
    {
        using var app = new StuntFolder("workers: 2", "STUNT_IGNORE_TERM: \"1\"");
        await using var host = await Host.Serve([app.Folder], Limit);
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 60, killAfterSeconds: 60);
        var leaking = (await host.Workers())[0];
        await using var load = Load.Of(host.Port, 4, "/pid");
        await load.More(50);

        await Leak(leaking, 20);
        await Replaced(host, leaking);
        await load.More(50);
        await load.Stop();

        await Tell(host, memory, load);
        load.NeverFailed();
        Assert.Equal(0, memory.KernelKills);
        Assert.Contains(await host.Events(), change => change.Kind == "guard.killed" && change.Worker == leaking.Worker && change.Message.Contains("told to leave", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_budgets_do_not_fit_load_is_shed_before_the_largest_is_killed_and_the_kernel_kills_nobody()
    {
        using var app = new StuntFolder("workers: 2\n    recycle: {memory: 1GB}");
        await using var host = await Host.Serve([app.Folder], Limit);
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 60, killAfterSeconds: 60);
        var leaking = (await host.Workers())[0];
        var shed = 0;
        await using var load = Load.Of(host.Port, 4, async (client, turn) =>
        {
            var answer = await client.Get("/pid");
            if (answer.Status != 503 || answer.Header("Retry-After") != "5")
                return answer;
            Interlocked.Increment(ref shed);
            return answer with { Status = 200 };
        });
        await load.More(50);

        await Leak(leaking, 20);
        await Replaced(host, leaking);
        await host.Until("every request is served again", 40.Seconds(), status => status.Guard!.ShedPercent == 0);
        var before = Volatile.Read(ref shed);
        await load.More(200);
        await load.Stop();

        await Tell(host, memory, load, shed);
        load.NeverFailed();
        Assert.Equal(0, memory.KernelKills);
        Assert.Equal((before, true), (shed, before > 0));
        await host.Until("each is counted", 10.Seconds(), status => status.Apps[0].Pools[0].Shed == shed);
        var kinds = (await host.Events()).Select(change => change.Kind).ToList();
        Assert.True(kinds.IndexOf("guard.shed") is >= 0 and var at && at < kinds.IndexOf("guard.killed"), string.Join(' ', kinds));
        Assert.Contains($"memory guard: killed stunt.{leaking.Worker}", host.AgentOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_ends_one_that_takes_twice_its_budget_at_once_and_no_other()
    {
        using var app = new StuntFolder("workers: 2\n    recycle: {memory: 150MB}");
        await using var host = await Host.Serve([app.Folder], "guard: off\n");
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 0, killAfterSeconds: 60);
        var greedy = (await host.Workers())[0];
        await using var load = Load.Of(host.Port, 4, "/pid");
        await load.More(50);

        using (var client = new Client(greedy.Port))
            await Assert.ThrowsAnyAsync<Exception>(() => client.Get("/allocate?mb=600"));
        await Replaced(host, greedy);
        await load.More(50);
        await load.Stop();

        load.NeverFailed();
        var crash = Assert.Single(await host.Events(), change => change.Kind == "worker.crashed");
        Assert.Equal((greedy.Worker, "killed by SIGKILL, by the kernel, for a memory limit was reached"), (crash.Worker, crash.Message[^64..]));
        Assert.False(memory.Has($"stunt.{greedy.Worker}"));
        Assert.Contains("not guarded", (await host.Run("status")).Output, StringComparison.Ordinal);
    }

    static Task Replaced(Host host, WorkerDocument leaking) => host.Until("the one that leaks is replaced", 40.Seconds(), status =>
        status.Apps[0].Pools[0] is { State: "steady" } pool && pool.Workers.All(worker => worker.Worker != leaking.Worker));

    static async Task Leak(WorkerDocument worker, int megabytesPerSecond)
    {
        using var client = new Client(worker.Port);
        Assert.Equal(200, (await client.Get($"/leak?mb={megabytesPerSecond}")).Status);
    }

    static async Task Tell(Host host, LimitedMemory memory, Load load, int shed = 0)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var events = await host.Events();
        var guard = events.Where(change => change.Kind.StartsWith("guard.", StringComparison.Ordinal)).ToList();
        foreach (var change in events.SkipWhile(change => change != guard[0]))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(change.At - guard[0].At).TotalSeconds,5:0.0} s {change.Kind}: {change.Message}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{load.Answered} answers, {load.Failures.Count} missed, {shed} shed, the slowest {load.Slowest.TotalMilliseconds:0} ms; peak {memory.PeakBytes / 1e6:0} MB, swapped now {memory.SwappedBytes / 1e6:0} MB{(memory.HasSwap ? "" : " (no swap here: swapon was refused)")}"));
        output.WriteLine(host.AgentOutput);
    }
}
