using System.Globalization;
using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Lab;

/// <summary>Workers that nobody counts any more, or that do not end: found, told, and ended by the agent or by hand.</summary>
public class StaleTests
{
    /// <summary>A worker that hangs in its exit for good, with children that ignore TERM, have a session of their own and no environment.</summary>
    const string Hangs = "STUNT_HANG_IN_EXIT: \"1\"\n  STUNT_FORK: \"2\"\n  STUNT_FORK_IGNORE_TERM: \"1\"";

    [Fact]
    public async Task With_a_lost_state_the_old_workers_are_found_asked_and_killed_and_new_ones_serve_beside_them()
    {
        using var app = new StuntFolder("workers: 1\n    stop: {within: 3s}", Hangs);
        await using var host = await Host.Serve([app.Folder]);
        var old = (await host.Workers())[0];
        var processes = host.ProcessesOf(old);
        Assert.True(processes.Count >= 3, $"{processes.Count} processes");

        await LoseState(host);
        await host.Until("it is shown as stale", 10.Seconds(), status => status.Stale is [{ Id: "stunt.web.1", Processes.Count: > 0 } stale] && stale.KeptBy.Contains("is killed in", StringComparison.Ordinal));
        Assert.Contains("stale     stunt.web.1 is in no pool's ledger", (await host.Run("status")).Output, StringComparison.Ordinal);
        await host.Until("another serves under a number that was never used", 30.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady", Workers: [{ Worker: "web.2" }] });
        await Eventually.Until("nothing of it is left", 20.Seconds(), () => processes.All(pid => !Kernel.Lives(pid)) && !Directory.Exists(host.CgroupOf(old)));

        await Eventually.Until("its end is told", 10.Seconds(), async () => (await host.Events()).Any(told => told.Kind == "stale.gone"));
        var events = (await host.Events()).Where(told => told.Worker == "web.1" && told.Kind.StartsWith("stale.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["stale.found", "stale.killed", "stale.gone"], events.Select(told => told.Kind));
        Assert.Contains($": {processes.Count} processes: ", events[0].Message, StringComparison.Ordinal);
        Assert.Contains("killed with all its processes", events[1].Message, StringComparison.Ordinal);
        Assert.Empty((await host.Status())!.Stale);
    }

    [Fact]
    public async Task When_memory_runs_out_it_is_killed_before_its_time_and_no_answer_is_missed()
    {
        using var app = new StuntFolder("workers: 1\n    stop: {within: 10m}", "STUNT_IGNORE_TERM: \"1\"");
        await using var host = await Host.Serve([app.Folder], "memory: 300MB\n");
        using var memory = await LimitedMemory.Of(host.Root, swapMegabytes: 60, killAfterSeconds: 60);
        var old = (await host.Workers())[0];
        await LoseState(host);
        await host.Until("another serves", 30.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady", Workers: [{ Worker: "web.2" }] } && status.Stale.Count == 1);
        await using var load = Load.Of(host.Port, 2, "/pid");
        await load.More(20);

        using (var client = new Client(old.Port))
            Assert.Equal(200, (await client.Get("/leak?mb=20")).Status);
        await Eventually.Until("it is gone", 40.Seconds(), () => !Kernel.Lives(old.Pid));
        await load.More(20);
        await load.Stop();

        load.NeverFailed();
        Assert.Equal(0, memory.KernelKills);
        var reaped = Assert.Single(await host.Events(), told => told.Kind == "guard.reaped");
        Assert.Contains("killed what is stale: stunt.web.1 (", reaped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await host.Events(), told => told.Kind is "guard.killed" or "guard.recycled" or "worker.crashed");
    }

    [Fact]
    public async Task By_hand_what_is_stale_is_ended_with_the_agent_there_frozen_or_dead_and_nothing_else_is()
    {
        using var app = new StuntFolder("workers: 1\n    stop: {within: 1s}", Hangs, more: "stale: report");
        await using var host = await Host.Serve([app.Folder]);
        await using var load = Load.Of(host.Port, 2, "/pid");
        await load.More(20);

        var first = await LeftBehind(host, "stunt.web.1");
        await LeftAlone(host, first);
        await Reaped(host, first, host.AgentPid);
        await Eventually.Until("the agent tells of it", 10.Seconds(), async () => await Told(host, "web.1"));

        var second = await LeftBehind(host, "stunt.web.2");
        Kernel.Freeze(host.AgentPid);
        try
        {
            await Reaped(host, second, host.AgentPid, "is stopped");
        }
        finally
        {
            Kernel.Thaw(host.AgentPid);
        }
        await Eventually.Until("the agent tells of it", 10.Seconds(), async () => await Told(host, "web.2"));

        var third = await LeftBehind(host, "stunt.web.3");
        await host.WithoutAgent(async () => await Reaped(host, third, null, "does not run"));
        await Eventually.Until("the next agent tells of it", 10.Seconds(), async () => await Told(host, "web.3"));

        await load.More(20);
        await load.Stop();
        load.NeverFailed();
        Assert.Equal("web.4", Assert.Single(await host.Workers()).Worker);
        Assert.DoesNotContain(await host.Events(), told => told.Kind is "worker.killed" or "stale.killed" or "worker.crashed" or "proxy.ended");
    }

    [Fact]
    public async Task It_gets_itself_out_of_a_group_whose_memory_is_limited()
    {
        var mount = Cgroups.FindMount(ProcFile.Text("/proc/self/mountinfo") ?? "", "memory");
        Prerequisite.Needs(Users.IsRoot && mount is not null, "only root limits memory, by a controller of cgroup v1");
        using var root = new LabFolder();
        var group = Directory.CreateDirectory(Path.Combine(mount!, "understudy-lab-" + Path.GetFileName(root.Path))).FullName;
        try
        {
            File.WriteAllText(Path.Combine(group, "memory.limit_in_bytes"), "200000000");
            using var reap = new Started("/bin/sh", ["-c", $"echo $$ > {group}/cgroup.procs; exec {Repository.Binary} reap --json --root {root.Path}"]);
            Assert.Equal(0, await reap.Exit(20.Seconds()));
            var document = JsonSerializer.Deserialize(reap.Output, JsonDocuments.Default.ReapDocument)!;
            Assert.Equal(("does not run", $"has left {group}, which limited its memory"), (document.Agent, document.Memory));
            Assert.Empty(document.Processes);
        }
        finally
        {
            await Eventually.Until("the group is removed", 10.Seconds(), () => Cgroups.Remove(group));
        }
    }

    [Fact]
    [Trait("length", "long")]
    public async Task Five_thousand_processes_of_an_app_that_is_not_run_any_more_are_found_and_ended()
    {
        using var app = new LabFolder();
        File.WriteAllText(app["understudy.yaml"], """
            app: many
            processes:
              jobs:
                command: exec bash -c 'trap "" TERM; for i in $(seq 5000); do sleep 3600 & done; wait'
                workers: 1
            """);
        await using var host = await Host.Serve([app.Path]);
        var worker = (await host.Workers())[0];
        await Eventually.Until("all are there", 120.Seconds(), () => host.ProcessesOf(worker).Count > 5_000);
        await host.WithoutAgent(() =>
        {
            var configuration = Path.Combine(host.Root, "etc", "agent.yaml");
            File.WriteAllLines(configuration, File.ReadAllLines(configuration).Where(line => !line.Contains("apps:", StringComparison.Ordinal) && !line.Contains("path:", StringComparison.Ordinal)));
            return Task.CompletedTask;
        });
        await host.Until("they are found", 10.Seconds(), status => status.Stale is [{ Id: "many.jobs.1" } stale] && stale.Processes.Count > 5_000);
        // Its pool has it in the ledger still; nobody runs that pool.
        Kernel.Freeze(host.AgentPid);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var (code, output) = await host.Run("reap", "all");
        Kernel.Thaw(host.AgentPid);
        TestContext.Current.TestOutputHelper!.WriteLine($"reap all took {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {output}");
        Assert.True(code == 0, output);
        Assert.Contains("belongs to many, which this host does not run", output, StringComparison.Ordinal);
        Assert.Empty(host.ProcessesOf(worker));
    }

    static Task LoseState(Host host) => host.WithoutAgent(() =>
    {
        foreach (var file in Directory.GetFiles(new Paths(host.Root).Lib, "state.db*"))
            File.Delete(file);
        return Task.CompletedTask;
    });

    /// <summary>Replaces the worker; the old one does not end, and is let go of.</summary>
    static async Task<StaleDocument> LeftBehind(Host host, string id)
    {
        var (code, output) = await host.Run("restart");
        Assert.True(code == 0, output);
        StaleDocument? stale = null;
        await host.Until($"{id} is stale", 20.Seconds(), status => (stale = status.Stale.SingleOrDefault(one => one.Id == id)) is not null);
        Assert.Equal((true, "report", (DateTimeOffset?)null), (stale!.Processes.Count >= 3, stale.Policy, stale.DeadlineAt));
        Assert.Contains("was to leave", stale.Reason, StringComparison.Ordinal);
        return stale;
    }

    /// <summary>Showing is not killing, and what is no stale process of ours is refused.</summary>
    static async Task LeftAlone(Host host, StaleDocument stale)
    {
        foreach (var arguments in (string[][])[["reap"], ["reap", "--dry-run", "all"], ["reap", "--dry-run", Text(stale.Processes[1].Pid)]])
        {
            var (shown, output) = await host.Run(arguments);
            Assert.Equal(0, shown);
            Assert.Contains(stale.Id, output, StringComparison.Ordinal);
            Assert.Contains("Nothing was killed.", output, StringComparison.Ordinal);
        }
        var current = Assert.Single(await host.Workers());
        var proxy = (await host.Status())!.Proxy!.Pid;
        foreach (var (pid, code, says) in ((int, int, string)[])[(current.Pid, 1, "is in its pool's set"), (proxy, 1, "carries the requests"), (host.AgentPid, 2, "is no process of this host's apps"), (Environment.ProcessId, 2, "is no process of this host's apps"), (int.MaxValue, 2, "There is no process")])
        {
            var (refused, output) = await host.Run("reap", Text(pid));
            Assert.Equal(code, refused);
            Assert.Contains(says, output, StringComparison.Ordinal);
        }
        Assert.All(stale.Processes, process => Assert.True(Kernel.Lives(process.Pid)));
    }

    static async Task Reaped(Host host, StaleDocument stale, int? agent, string agentIs = "answers")
    {
        var (code, output) = await host.Run("reap", "all", "--json");
        Assert.True(code == 0, output);
        var document = JsonSerializer.Deserialize(output, JsonDocuments.Default.ReapDocument)!;
        Assert.StartsWith(agentIs, document.Agent, StringComparison.Ordinal);
        var reaped = Assert.Single(document.Processes);
        Assert.Equal((stale.Id, "stale", "killed", stale.Reason), (reaped.Id, reaped.Ruling, reaped.Outcome, reaped.Reason));
        Assert.All(stale.Processes, process => Assert.False(Kernel.Lives(process.Pid)));
        if (agent is { } pid)
            Assert.True(Kernel.Lives(pid));
    }

    static async Task<bool> Told(Host host, string worker) =>
        (await host.Events()).Any(told => told.Kind == "stale.reaped" && told.Worker == worker && told.Message.Contains("killed by hand with all its processes (", StringComparison.Ordinal));

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
