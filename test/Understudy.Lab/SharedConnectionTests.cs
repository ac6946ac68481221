using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.Workers;

namespace Understudy.Lab;

public class SharedConnectionTests
{
    [Fact]
    public async Task What_nginx_Puma_and_gunicorn_share_by_design_is_not_found()
    {
        Needs("nginx", "puma", "gunicorn");
        using var nginx = ForkingServer.Nginx();
        using var puma = ForkingServer.Puma();
        using var gunicorn = ForkingServer.Gunicorn();
        await using var host = await Host.Serve([nginx.Folder, puma.Folder, gunicorn.Folder], until: AllSteady(3));
        await AllSilent(host);
    }

    [Fact, Trait("length", "long")]
    public async Task Of_two_apps_in_Passenger_the_one_that_opened_Redis_in_its_preloader_is_found()
    {
        Needs("passenger", "redis-server");
        await using var services = await Services.Start();
        using var right = ForkingServer.Passenger();
        using var wrong = ForkingServer.PassengerWithRedis("shared", $"port: {services.RedisPort}, inherit_socket: true");
        await using var host = await Host.Serve([right.Folder, wrong.Folder], until: AllSteady(2));
        var workers = await host.Workers();
        await Eventually.Until("each has its three forks", 60.Seconds(), () => workers.All(worker => host.ProcessesOf(worker).Count(IsRubyApp) == 3));

        var found = Assert.Single(await new Scan(host).Look());
        Assert.Equal(("shared", $"redis at 127.0.0.1:{services.RedisPort}"), (found.App, found.Peer));
        // The preloader and its forks.
        Assert.Equal(4, found.Holders.Count);
        Assert.Contains("starting_worker_process", found.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Redis_client_that_notices_the_fork_is_never_told_of_though_its_forks_hold_one_connection()
    {
        Needs("puma", "redis-server");
        await using var services = await Services.Start();
        using var puma = ForkingServer.PumaWithRedis("guarded", $"port: {services.RedisPort}");
        await using var host = await Host.Serve([puma.Folder], until: AllSteady(1));
        var scan = new Scan(host);
        await scan.Settled();

        var (state, _) = ConnectionWatch.Turn(ConnectionsState.Empty, await scan.Look(), TimeSpan.Zero);
        Assert.Equal($"redis at 127.0.0.1:{services.RedisPort}", Assert.Single(state.Watched).Sight.Peer);
        (state, var news) = ConnectionWatch.Turn(state, await scan.Look(), TimeSpan.FromMinutes(1));
        Assert.Empty(news);

        // Each fork asks for the first time, and first lets go of what it inherited.
        var port = (await host.Workers()).Single().Port;
        await Eventually.Until("every fork has its own connection", 20.Seconds(), async () =>
        {
            // Anew each time: a connection stays with the fork that took it, and on a busy machine one may take all.
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
            {
                using var client = new Client(port);
                Assert.Equal(200, (await client.Get("/ask")).Status);
            }));
            (state, news) = ConnectionWatch.Turn(state, await scan.Look(), TimeSpan.FromMinutes(2));
            Assert.Empty(news);
            return state.Watched.Count == 0;
        });
    }

    [Fact]
    public async Task A_Redis_connection_by_a_unix_socket_is_found_with_its_path()
    {
        Needs("puma", "redis-server");
        await using var services = await Services.Start();
        using var puma = ForkingServer.PumaWithRedis("by-path", $"path: '{services.RedisPath}', inherit_socket: true");
        await using var host = await Host.Serve([puma.Folder], until: AllSteady(1));
        var scan = new Scan(host);
        await scan.Settled();
        var found = Assert.Single(await scan.Look());
        Assert.Equal(("redis at " + services.RedisPath, 4), (found.Peer, found.Holders.Count));
        Assert.Contains("on_worker_boot", found.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Rails_shop_whose_forks_talk_on_one_Redis_connection_is_told_of_as_an_error()
    {
        await using var services = await Services.Start();
        using var shop = await SampleShop.Rails(services.Env + "\n  RAILS_SHOP_SHARED_REDIS: \"1\"\n  WEB_CONCURRENCY: \"3\"", "workers: 1");
        await using var host = await Host.Serve([shop.Folder]);
        await using var load = Load.Of(host.Port, 4, "/visitor.json?id=1");
        await host.Until("status names it", 60.Seconds(), status => status.Apps[0].Pools[0].SharedConnections is [{ Grade: "mixed" }]);

        var shared = Assert.Single((await host.Status())!.Apps[0].Pools[0].SharedConnections);
        var worker = (await host.Workers()).Single();
        Assert.Equal($"redis at 127.0.0.1:{services.RedisPort}", shared.Peer);
        Assert.Equal([worker.Worker], shared.Workers);
        // Puma's first process and its three forks, and nobody else.
        Assert.Equal(host.ProcessesOf(worker).Order(), shared.Pids);
        Assert.Equal(4, shared.Pids.Count);
        Assert.Contains("on_worker_boot", shared.Remedy, StringComparison.Ordinal);
        Assert.True(shared.BytesWhileShared > 0);
        var told = Assert.Single(await host.Events(), one => one.Kind == "connection.mixed");
        Assert.Equal(("rails-shop", "web"), (told.App, told.Pool));
        Assert.StartsWith($"4 processes of {worker.Worker} talk to redis at 127.0.0.1:{services.RedisPort} on one connection", told.Message, StringComparison.Ordinal);
        var (code, examined) = await host.Run("doctor", "--json");
        Assert.Equal(1, code);
        var finding = Assert.Single(JsonSerializer.Deserialize(examined, JsonDocuments.Readable.DoctorDocument)!.Findings, one => one.Kind == "shared-connection");
        Assert.Equal(("error", "docs/doctor/shared-connection.md"), (finding.Weight, finding.Page));
        Assert.Contains($"redis at 127.0.0.1:{services.RedisPort}", finding.Says, StringComparison.Ordinal);
        Assert.Contains("on_worker_boot", finding.Fix, StringComparison.Ordinal);
        Assert.Contains($"4 processes of {worker.Worker} on 1 connection to redis at 127.0.0.1:{services.RedisPort}: answers mix", (await host.Run("status")).Output, StringComparison.Ordinal);
    }

    /// <summary>Each server has its tree of processes, which do share sockets, and none is found.</summary>
    static async Task AllSilent(Host host)
    {
        var scan = new Scan(host);
        await scan.Settled();
        foreach (var worker in await host.Workers())
        {
            using var client = new Client(worker.Port);
            for (var i = 0; i < 10; i++)
                Assert.Equal(200, (await client.Get("/")).Status);
            Assert.True(Scan.SharedAtAll(host.ProcessesOf(worker)) > 0, $"the processes of {worker.App} share no socket whatever: this shows nothing");
        }
        Assert.Empty(await scan.Look());
    }

    static bool IsRubyApp(int pid) => (ProcFile.Text($"/proc/{pid}/cmdline") ?? "").StartsWith("Passenger RubyApp", StringComparison.Ordinal);

    static Func<Api.HostDocument, bool> AllSteady(int apps) => status => status.Apps.Count == apps && status.Apps.All(app => app.Pools.All(pool => pool.State == "steady"));

    static void Needs(params string[] programs) => Assert.All(programs, program => Prerequisite.Needs(File.Exists("/usr/bin/" + program) || File.Exists("/usr/sbin/" + program), $"{program} is not installed"));

    /// <summary>The agent's own scan, from here, so that a test need not wait for the agent's next.</summary>
    sealed class Scan(Host host)
    {
        readonly ConnectionScan _scan = new(Ownership.For(new Paths(host.Root)));

        public async Task<IReadOnlyList<ConnectionSight>> Look() => _scan.Look([.. (await host.Workers()).Select(worker => new RunningWorker($"{worker.App}.{worker.Worker}", worker.Pid))]);

        /// <summary>Waits until each server has forked all that it will.</summary>
        public Task Settled() => Eventually.Until("each worker is a tree of four processes at least", 30.Seconds(), async () => (await host.Workers()).All(worker => host.ProcessesOf(worker).Count >= 4));

        /// <summary>How many sockets, of any kind, two of the processes hold.</summary>
        public static int SharedAtAll(IReadOnlyList<int> pids)
        {
            var held = new List<HeldSocket>();
            var sockets = new OpenSockets();
            foreach (var pid in pids)
                sockets.Collect(pid, held);
            return held.GroupBy(one => one.Inode).Count(group => group.Select(one => one.Pid).Distinct().Count() > 1);
        }
    }
}
