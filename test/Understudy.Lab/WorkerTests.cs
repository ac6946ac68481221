using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Lab;

public partial class WorkerTests
{
    [Fact]
    public async Task A_worker_that_ignores_TERM_hangs_and_hides_children_is_gone_whole_at_its_deadline()
    {
        using var app = new StuntFolder("workers: 2\n    stop: {within: 3s}", "STUNT_IGNORE_TERM: \"1\"\n  STUNT_FORK: \"3\"\n  STUNT_FORK_IGNORE_TERM: \"1\"");
        await using var host = await Host.Serve([app.Folder]);
        await NeedsCgroups(host);
        var old = await host.Workers();
        await Eventually.Until("each has three hidden children", 20.Seconds(), () => old.All(worker => host.ProcessesOf(worker).Count >= 4));
        var trees = old.SelectMany(host.ProcessesOf).ToList();
        // A POST is sent to one worker and to no other.
        using var client = new Client(host.Port);
        var hanging = client.Post("/hang", "");
        await host.Until("a request hangs in a worker", 20.Seconds(), status => Pool(status).InFlight == 1);

        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await host.Until("only new ones are left", 60.Seconds(), status => Pool(status) is { State: "steady" } pool && pool.Workers.All(now => old.All(worker => worker.Worker != now.Worker)));
        await GoneWhole(host, old, trees);
        Assert.Equal(502, (await hanging).Status);

        var youngest = (await host.Workers()).MaxBy(worker => worker.StartedAt)!;
        await Eventually.Until("it has three hidden children", 20.Seconds(), () => host.ProcessesOf(youngest).Count >= 4);
        trees = [.. host.ProcessesOf(youngest)];
        Assert.Equal(0, (await host.Run("scale", "web=1")).Code);
        await host.Until("one is left", 60.Seconds(), status => Pool(status) is { State: "steady", Workers.Count: 1 });
        await GoneWhole(host, [youngest], trees);
    }

    [Fact]
    public async Task A_worker_finds_nothing_of_the_agents_own()
    {
        using var app = new StuntFolder();
        await using var host = await Host.Serve([app.Folder], env: new Dictionary<string, string> { ["LAB_SECRET"] = "hush-hush", ["NOTIFY_SOCKET"] = "/nowhere/hush-hush", ["LISTEN_FDS"] = "1" });
        using var client = new Client(host.Port);
        using var self = JsonDocument.Parse((await client.Get("/self")).Body);

        var names = self.RootElement.GetProperty("environment").EnumerateObject().Select(variable => variable.Name);
        string[] expected =
        [
            "ASPNETCORE_HTTP_PORTS", "DOTNET_ROOT", "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "PORT", "PWD", "SHELL", "TZ", "UNDERSTUDY_APP", "UNDERSTUDY_POOL", "UNDERSTUDY_RELEASE",
            "UNDERSTUDY_WORKER", "USER", "WEB_CONCURRENCY",
        ];
        Assert.Empty(names.Except(expected));
        Assert.DoesNotContain("hush-hush", self.RootElement.GetRawText(), StringComparison.Ordinal);

        var bornWith = self.RootElement.GetProperty("bornWith");
        // Signals 32 and 33 belong to libc, whose posix_spawn leaves them ignored; it takes them back itself when it needs them.
        const ulong ofLibc = 3UL << 31;
        Assert.All(["SigIgn", "SigBlk", "SigPnd", "ShdPnd"], field => Assert.Equal(0UL, Convert.ToUInt64(bornWith.GetProperty(field).GetString(), 16) & ~ofLibc));
        var logs = self.RootElement.GetProperty("descriptors").EnumerateObject().Select(descriptor => descriptor.Value.GetString()!).Where(target => target.StartsWith(host.Root, StringComparison.Ordinal));
        Assert.Equal([Path.Combine(host.Root, "log", "workers", "stunt.web.1.log")], logs.Distinct());
    }

    [Fact]
    public async Task A_server_that_took_a_workers_port_gets_none_of_its_requests()
    {
        var cgroups = Cgroups.Mount;
        Prerequisite.Needs(Environment.IsPrivilegedProcess && cgroups is not null, "no right to make cgroups here");
        using var app = new LabFolder();
        Directory.CreateDirectory(app["own"]);
        File.WriteAllText(app["own/index.html"], "own");
        // The first worker lets a stranger take its port, and waits; the stranger has left its cgroup and its environment.
        File.WriteAllText(app["web"], $"""
            if mkdir first 2>/dev/null; then
                (echo 0 >{cgroups}/cgroup.procs; exec env -i PATH="$PATH" python3 -m http.server --bind 127.0.0.1 "$PORT") &
                echo $! >stranger
                exec sleep 600
            fi
            cd own; exec python3 -m http.server --bind 127.0.0.1 "$PORT"
            """);
        File.WriteAllText(app["Procfile"], "web: sh web");
        try
        {
            await using var host = await Host.Serve([app.Path]);
            using var client = new Client(host.Port);
            Assert.Equal("own", (await client.Get("/")).Body);
            var stranger = File.ReadAllText(app["stranger"]).Trim();
            Assert.True(Kernel.Lives(int.Parse(stranger, CultureInfo.InvariantCulture)));
            Assert.Contains(await host.Events(), told => told.Kind == "worker.leaving" && told.Message.Contains($"is held by python3, pid {stranger}", StringComparison.Ordinal));
        }
        finally
        {
            Kernel.Kill(int.Parse(File.ReadAllText(app["stranger"]), CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task No_log_line_is_lost_or_doubled_and_no_worker_waits_while_agents_die()
    {
        using var app = new StuntFolder();
        await using var host = await Host.Serve([app.Folder], "logs: {archive: 200KB, keep: 1000}\n");
        var worker = (await host.Workers()).Single();
        using var client = new Client(worker.Port);
        // Each turn prints one line more than the one before, by which they are told apart.
        var counts = new List<int>();
        var stop = false;
        var printing = Task.Run(async () =>
        {
            for (; !Volatile.Read(ref stop); await Eventually.Pause(20))
            {
                counts.Add(1000 + counts.Count);
                Assert.Equal($"{counts[^1]}\n", (await client.Get($"/log?lines={counts[^1]}")).Body);
            }
        });
        for (var deaths = 1; deaths <= 3; deaths++)
        {
            // Each agent dies while it takes the log apart.
            await Eventually.Until("more of the log is archived", 30.Seconds(), () => Archives(host) >= deaths * 2);
            await host.KillAgent();
        }
        Volatile.Write(ref stop, true);
        await printing;
        await host.WithoutAgent(async () => Assert.Equal("50000\n", (await client.Get("/log?lines=50000")).Body));
        counts.Add(50_000);

        var (code, output) = await host.Run("logs", "-n", "-1", worker.Worker);
        Assert.Equal(0, code);
        var printed = Printed().Matches(output).ToLookup(line => Number(line, 2), line => Number(line, 1));
        Assert.All(counts, count => Assert.Equal(Enumerable.Range(1, count), printed[count]));
        Assert.Equal(counts.Order(), printed.Select(group => group.Key).Order());
    }

    [Fact]
    public async Task Workers_that_have_served_their_requests_are_replaced_one_at_a_time()
    {
        using var app = new StuntFolder("workers: 2\n    recycle: {requests: 150}");
        await using var host = await Host.Serve([app.Folder]);
        await RecyclesOneAtATime(host, "requests", wanted: 3);
    }

    [Fact, Trait("length", "long")]
    public async Task Workers_that_have_grown_are_replaced_one_at_a_time()
    {
        // Memory is measured every 30 s.
        using var app = new StuntFolder("workers: 2\n    recycle: {memory: 300MB}");
        await using var host = await Host.Serve([app.Folder]);
        foreach (var worker in await host.Workers())
        {
            using var client = new Client(worker.Port);
            Assert.Equal(200, (await client.Get("/allocate?mb=300")).Status);
        }
        await RecyclesOneAtATime(host, "memory", wanted: 2);
    }

    [Fact]
    public async Task A_crash_loop_backs_off_and_is_told_while_the_other_app_is_served()
    {
        using var good = new StuntFolder(app: "good");
        using var bad = new StuntFolder(env: "STUNT_EXIT_AT_ONCE: \"3\"", app: "bad", more: "domains: [bad.example.com]");
        await using var host = await Host.Serve([good.Folder, bad.Folder], until: status => status.Apps.Any(app => app.App == "good" && app.Pools[0].State == "steady"));
        await using var load = Load.Of(host.Port, 2, "/pid");

        await host.Until("it is a crash loop", 60.Seconds(), status => status.Apps.Single(app => app.App == "bad").Pools[0].State == "crash loop");

        var pool = (await host.Status())!.Apps.Single(app => app.App == "bad").Pools[0];
        Assert.Contains("crash loop: 5", pool.LastSentence, StringComparison.Ordinal);
        Assert.Contains("crash loop", (await host.Run("status")).Output, StringComparison.Ordinal);
        var starts = (await host.Events()).Where(change => change.Kind == "worker.started" && change.App == "bad").Select(change => change.At).ToList();
        Assert.Equal(5, starts.Count);
        // 0, 0, 1, 2 and 4 s after each failure; the first two starts are the pool's.
        Assert.True(starts[^1] - starts[^2] > TimeSpan.FromSeconds(1.9) && starts[^1] - starts[0] > TimeSpan.FromSeconds(2.9), string.Join(' ', starts));
        await load.More(50);
        Assert.Empty(load.Failures);
    }

    [Fact]
    public async Task The_next_agent_adopts_all_beneath_enabled_controllers()
    {
        using var controllers = EnabledController.Hugetlb();
        using var app = new StuntFolder("workers: 3");
        await using var host = await Host.Serve([app.Folder]);
        await NeedsCgroups(host);
        var before = await host.Workers();
        Assert.Contains("hugetlb", await File.ReadAllTextAsync(Path.Combine(host.CgroupOf(before[0]), "cgroup.controllers")), StringComparison.Ordinal);

        await host.KillAgent();
        await host.Until("the next agent is steady", 60.Seconds(), status => Pool(status) is { State: "steady", Ready: 3 });

        Assert.Equal(Identities(before), Identities(await host.Workers()));
        Assert.Contains((await host.Events()), change => change.Message.Contains("adopted 3 workers", StringComparison.Ordinal));
        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await host.Until("it starts others there", 60.Seconds(), status => Pool(status) is { State: "steady" } pool && pool.Workers.All(now => before.All(worker => worker.Worker != now.Worker)));
    }

    [Fact]
    public async Task A_worker_with_sd_notify_is_ready_when_it_says_so()
    {
        using var app = new StuntFolder("workers: 1\n    ready: {notify: true, within: 30s}", "STUNT_NOTIFY: \"1\"\n  STUNT_READY_AFTER_MS: \"2000\"");
        await using var host = await Host.Serve([app.Folder]);
        var events = await host.Events();
        Assert.True(events.Single(change => change.Kind == "worker.ready").At - events.Single(change => change.Kind == "worker.started").At >= TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task A_worker_with_sd_notify_that_says_nothing_is_not_ready_though_its_page_answers()
    {
        using var app = new StuntFolder("workers: 1\n    ready: {notify: true, within: 3s}");
        await using var host = await Host.Serve([app.Folder], until: status => Pool(status).LastSentence.Length > 0);
        await Eventually.Until("it is let go", 30.Seconds(), async () => (await host.Events()).Any(change => change.Message.Contains("not ready within 3 s", StringComparison.Ordinal)));
        Assert.DoesNotContain(await host.Events(), change => change.Kind == "worker.ready");
    }

    [Fact]
    public async Task Run_gives_a_command_the_apps_environment_and_returns_its_exit_code()
    {
        using var app = new StuntFolder(env: "STUNT_TAG: blue");
        await using var host = await Host.Serve([app.Folder]);
        using var run = new Started(host.Binary, ["run", "--root", host.Root, "--", "sh", "-c", "echo $UNDERSTUDY_APP $STUNT_TAG; pwd; exit 7"]);
        Assert.Equal(7, await run.Exit(60.Seconds()));
        Assert.Equal($"stunt blue\n{app.Folder}", run.Output);
    }

    [Fact]
    public async Task A_pool_whose_queue_stands_grows_to_its_upper_bound()
    {
        using var app = new StuntFolder("workers: {min: 1, max: 3}\n    concurrency: 1");
        await using var host = await Host.Serve([app.Folder]);
        await using var load = Load.Of(host.Port, 6, "/slow?ms=300");
        await host.Until("three are ready", 60.Seconds(), status => Pool(status).Ready == 3);
        await load.More(20);
        Assert.Empty(load.Failures);
        Assert.Equal(3, (await host.Workers()).Count);
    }

    /// <summary>Under load: never fewer than two are ready, never more than one stands in for another, and no request fails.</summary>
    static async Task RecyclesOneAtATime(Host host, string reason, int wanted)
    {
        await using var load = Load.Of(host.Port, 4, "/pid");
        await host.Until($"{wanted} are replaced", 60.Seconds(), status =>
        {
            var workers = Pool(status).Workers;
            Assert.InRange(workers.Count(worker => worker.State is "ready" or "down"), 2, 3);
            Assert.InRange(workers.Count(worker => worker.State is "ready" or "down" or "starting"), 2, 3);
            return workers.All(worker => int.Parse(worker.Worker.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture) > wanted);
        });
        await load.More(50);
        Assert.True(load.Failures.Count == 0, string.Join('\n', load.Failures));
        var recycled = (await host.Events()).Where(change => change.Kind == "worker.recycled").ToList();
        Assert.True(recycled.Count >= wanted, $"{recycled.Count} recycled\n{await host.Describe()}");
        Assert.All(recycled, change => Assert.Contains("recycle." + reason, change.Message, StringComparison.Ordinal));
    }

    static async Task GoneWhole(Host host, IReadOnlyList<WorkerDocument> workers, IReadOnlyList<int> processes)
    {
        Assert.DoesNotContain(processes, Kernel.Lives);
        var events = await host.Events();
        foreach (var worker in workers)
        {
            Assert.False(Directory.Exists(host.CgroupOf(worker)));
            var left = events.Single(change => change.Kind == "worker.leaving" && change.Worker == worker.Worker).At;
            var killed = events.Single(change => change.Kind == "worker.killed" && change.Worker == worker.Worker).At;
            // 3 s, and what a loaded machine may add.
            Assert.InRange(killed - left, TimeSpan.FromSeconds(2.9), 10.Seconds());
        }
    }

    static int Archives(Host host) => Directory.EnumerateFiles(Path.Combine(host.Root, "log", "workers"), "*.gz").Count();

    static async Task NeedsCgroups(Host host) => Prerequisite.Needs((await host.Status())!.Ownership == "cgroup", "no right to make cgroups here");

    static PoolDocument Pool(HostDocument status) => status.Apps[0].Pools[0];

    static IEnumerable<(string, int)> Identities(IEnumerable<WorkerDocument> workers) => workers.Select(worker => (worker.Worker, worker.Pid));

    static int Number(Match line, int group) => int.Parse(line.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"stunt \d+ line (\d+) of (\d+) x+$", RegexOptions.Multiline)]
    private static partial Regex Printed();
}
