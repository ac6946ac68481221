using Understudy.Linux;

namespace Understudy.Lab;

/// <summary>What is deployed replaces what served, under load, and nothing of that is left.</summary>
public sealed class DeployTests
{
    [Fact]
    public async Task The_next_release_takes_over_under_load_also_where_it_starts_slowly()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host);
        await app.Write("one").Served();
        var old = await app.Workers();
        Assert.All(old, worker => Assert.Equal("nobody", Users.OwnerOf($"/proc/{worker.Pid}")?.Name));
        await using var load = Load.Of(host.Port, 4, "/pid", "/slow?ms=20");
        await load.More(50);

        var second = await app.Write("two").Served();
        await load.More(50);
        load.NeverFailed();
        Assert.Equal(["one", "two"], load.Tags.Keys.Order());
        await app.OnlyServes(second, "two");
        Assert.DoesNotContain(old, worker => Kernel.Lives(worker.Pid));

        var third = await app.Write("three", "STUNT_START_DELAY_MS: \"3000\"", "workers: 1").Served();
        await load.More(50);
        await load.Stop();
        load.NeverFailed();
        await app.OnlyServes(third, "three");
        await app.NothingHalfMade();
        Assert.True((await app.Releases())[0].Phases["roll"] >= 3);
    }

    [Fact]
    public async Task Not_one_process_is_left_of_workers_that_hang_ignore_TERM_and_hide_children()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, "workers: 1\n    stop: {within: 2s}");
        const string hidden = "\n  STUNT_FORK: \"2\"\n  STUNT_FORK_IGNORE_TERM: \"1\"";
        await app.Write("deaf", "STUNT_IGNORE_TERM: \"1\"" + hidden).Served();
        var deaf = await StuckTree(host, app);

        await app.Write("hanging", "STUNT_HANG_IN_EXIT: \"1\"" + hidden).Served();
        Assert.DoesNotContain(deaf.Tree, Kernel.Lives);
        Assert.Equal(502, (await deaf.Request).Status);
        var hanging = await StuckTree(host, app);

        var last = await app.Write("good").Served();
        Assert.DoesNotContain(hanging.Tree, Kernel.Lives);
        Assert.Equal(502, (await hanging.Request).Status);
        await app.OnlyServes(last, "good");
    }

    [Fact]
    public async Task A_page_finds_its_assets_in_each_direction_and_maintenance_leaves_the_workers_alone()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, more: "assets: public/assets");
        app.Put("public/assets/style-one.css", "one");
        app.Put("public/maintenance.html", "<h1>back soon</h1>");
        await app.Write("one").Served();
        await using (var visitors = Load.Of(host.Port, 3, VisitWithAssets))
        {
            await visitors.More(20);
            app.Remove("public/assets/style-one.css");
            app.Put("public/assets/style-two.css", "two");
            await app.Write("two").Served();
            await visitors.More(20);
            Assert.Equal(0, (await app.Rollback()).Code);
            await visitors.More(20);
            visitors.NeverFailed();
        }
        using var client = new Client(host.Port);
        Assert.Equal("two", (await client.Get("/assets/style-two.css")).Body);
        var missing = await client.Get("/assets/style-three.css");
        Assert.Equal((404, "one"), (missing.Status, missing.Header("X-Tag")));

        var before = (await app.Workers()).Select(worker => worker.Pid).Order();
        await using var load = Load.Of(host.Port, 3, async (one, _) => await one.Get("/pid") is var answer && Polite(answer) ? answer with { Status = 200 } : answer);
        await load.More(50);
        Assert.Equal(0, (await host.Run("maintenance", "on", "--retry-after", "7")).Code);
        await Eventually.Until("the site is down", 20.Seconds(), async () => (await client.Get("/pid")).Status == 503);
        var down = await client.Get("/pid");
        Assert.Equal(("7", "<h1>back soon</h1>"), (down.Header("Retry-After"), down.Body));
        await load.More(50);
        Assert.Equal(before, (await app.Workers()).Select(worker => worker.Pid).Order());
        Assert.Equal(0, (await host.Run("maintenance", "off")).Code);
        await Eventually.Until("the site is up", 20.Seconds(), async () => (await client.Get("/pid")).Status == 200);
        await load.More(50);
        load.NeverFailed();
        Assert.Equal(before, (await app.Workers()).Select(worker => worker.Pid).Order());
    }

    [Fact]
    public async Task The_release_command_runs_once_for_each_deploy_before_the_switch_and_its_failure_stops_it()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, "workers: 1", "shared: [data]");
        const string counts = "release: echo $STUNT_TAG as $USER >> data/released";
        await app.Write("one", also: counts).Served();
        using var deploying = app.Write("two", also: counts).Begin();
        var two = await deploying.End();
        Assert.Equal((0, "done"), (two.Code, two.Outcome));
        var serving = await app.Current();
        Assert.Equal("one as nobody\ntwo as nobody\n", File.ReadAllText(Path.Combine(app.Home, "shared/data/released")));
        Assert.Equal(["prepare", "pack", "unpack", "release", "roll", "watch"], two.Phases);

        await using var load = Load.Of(host.Port, 2, "/pid");
        var failed = await app.Write("three", also: "release: echo the table is locked; exit 3").Deploy();
        Assert.Equal((1, "failed"), (failed.Code, failed.Outcome));
        Assert.Contains("the release command `echo the table is locked; exit 3` failed", failed.Text, StringComparison.Ordinal);
        Assert.Contains(failed.Events, one => one is { Kind: "line", Phase: "release", Text: "the table is locked" });
        var late = await app.Write("four", also: "deploy: {watch: 1s, release_within: 1s}\nrelease: trap '' TERM; (setsid sleep 600 &); sleep 600").Deploy();
        Assert.Equal((1, "failed"), (late.Code, late.Outcome));
        Assert.Contains("deploy.release_within", late.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(failed.Phases.Concat(late.Phases), phase => phase == "roll");
        await load.More(20);
        load.NeverFailed();
        Assert.Equal(["two"], load.Tags.Keys);
        await app.OnlyServes(serving, "two");
        await app.NothingHalfMade();
    }

    static bool Polite(HttpAnswer answer) => answer.Status == 503 && answer.Header("Retry-After") == "7";

    /// <summary>A page, the asset of its own release, and that of the first.</summary>
    static async Task<HttpAnswer> VisitWithAssets(Client client, int turn)
    {
        var tag = (await client.Get("/tag")).Body.Trim();
        var (own, first) = (await client.Get($"/assets/style-{tag}.css"), await client.Get("/assets/style-one.css"));
        return own.Body == tag && first.Body == "one" ? own : throw new IOException($"the page of {tag} got {own.Status} {own.Body} and {first.Status} {first.Body}");
    }

    /// <summary>A request hangs in the only worker; its processes, hidden children included.</summary>
    static async Task<(IReadOnlyList<int> Tree, Task<HttpAnswer> Request)> StuckTree(Host host, DeployedApp app)
    {
        var worker = Assert.Single(await app.Workers());
        await Eventually.Until("it has its hidden children", 20.Seconds(), () => host.ProcessesOf(worker).Count >= 3);
        var request = Post(host.Port);
        await host.Until("a request hangs inside", 20.Seconds(), status => status.Apps[0].Pools[0].InFlight == 1);
        return (host.ProcessesOf(worker), request);
    }

    static async Task<HttpAnswer> Post(int port)
    {
        using var client = new Client(port);
        return await client.Post("/hang", "");
    }
}
