using System.Text.Json;
using Understudy.State;

namespace Understudy.Lab;

/// <summary>Releases that have been built: gone back to, listed, kept, changed and lost.</summary>
public sealed class ReleaseTests
{
    [Fact, Trait("length", "long")]
    public async Task Going_back_takes_no_build_and_what_is_kept_is_never_one_in_use()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, "workers: 1", "deploy: {watch: 0s, keep: 2}");
        var one = await app.Write("one").Served();
        var two = await app.Write("two").Served("--reason", "the second of four");
        var commit = await app.Write("three").Commit();
        var three = await app.Served();
        var four = await app.Write("four").Served("--dirty");

        var listed = await app.Releases();
        Assert.Equal([(four, "current"), (three, "kept"), (two, "kept"), (one, "kept")], listed.Select(release => (release.Release, release.State)));
        Assert.All(listed, release =>
        {
            Assert.Equal($"root@{Environment.MachineName}", release.By);
            Assert.True(release.Bytes > 0);
            Assert.Equal(["pack", "prepare", "roll", "unpack", "watch"], release.Phases.Keys.Order());
            Assert.InRange(release.MadeAt, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(10), TimeProvider.System.GetUtcNow());
        });
        Assert.Equal([commit, commit, null, null], listed.Select(release => release.Commit));
        Assert.Equal(commit + "\n", File.ReadAllText(Path.Combine(app.FolderOf(three), "REVISION")));
        Assert.Contains(await host.Events(), one => one.Kind == "deploy.started" && one.Message.EndsWith("the second of four", StringComparison.Ordinal));

        await using var load = Load.Of(host.Port, 2, "/pid");
        var back = await app.Rollback();
        Assert.Equal((0, "done"), (back.Code, back.Outcome));
        Assert.Empty(back.Phases.Except(["roll", "watch"]));
        await app.OnlyServes(three, "three");

        await host.WithoutAgent(() => AnHourPasses(host, one, two));
        Assert.Equal(0, (await app.Rollback(one)).Code);
        await app.OnlyServes(one, "one");
        Assert.Equal([four, three, one], (await app.Releases()).Select(release => release.Release));
        await app.NothingHalfMade();
        Assert.Equal(3, Directory.GetFiles(Path.Combine(app.Home, "artifacts")).Length);
        var nowhere = await app.Rollback();
        Assert.Equal(2, nowhere.Code);
        Assert.Contains($"there is no release of stunt before {one}; there are: {four}, {three}", nowhere.Output, StringComparison.Ordinal);
        load.NeverFailed();
    }

    [Fact]
    public async Task A_release_whose_folder_was_deleted_by_hand_is_made_anew_for_whatever_needs_it()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host);
        var one = await app.Write("one").Served();
        var two = await app.Write("two").Served();
        await using var load = Load.Of(host.Port, 2, "/pid");

        Directory.Delete(app.FolderOf(two), recursive: true);
        var restarted = await host.Run("restart", "web");
        Assert.True(restarted.Code == 0, restarted.Output);
        await app.OnlyServes(two, "two");

        Directory.Delete(app.FolderOf(two), recursive: true);
        var victim = (await app.Workers())[0];
        Kernel.Kill(victim.Pid);
        await host.Until("another has started", 30.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady" } pool && pool.Workers.All(worker => worker.Worker != victim.Worker));
        await app.OnlyServes(two, "two");

        await host.WithoutAgent(() =>
        {
            Directory.Delete(app.FolderOf(two), recursive: true);
            return Task.CompletedTask;
        });
        await app.OnlyServes(two, "two");

        Directory.Delete(app.FolderOf(one), recursive: true);
        Directory.Delete(app.FolderOf(two), recursive: true);
        Assert.Equal(0, (await app.Rollback()).Code);
        await app.OnlyServes(one, "one");
        load.NeverFailed();
        await app.NothingHalfMade();
    }

    [Fact]
    public async Task Secrets_and_a_touched_restart_file_replace_the_workers_of_a_deployed_app()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host);
        app.Put("tmp/restart.txt", "");
        var release = await app.Write("one").Served();
        await using var load = Load.Of(host.Port, 2, "/pid");

        var before = await app.Workers();
        var (code, said) = await host.Run("env", "set", "TOKEN=s3cret-of-the-lab");
        Assert.True(code == 0, said);
        await AreReplaced(host, before);
        foreach (var worker in await app.Workers())
        {
            using var client = new Client(worker.Port);
            using var self = JsonDocument.Parse((await client.Get("/self")).Body);
            var env = self.RootElement.GetProperty("environment");
            Assert.Equal(("s3cret-of-the-lab", release, Path.Combine(app.Home, "home")), (env.GetProperty("TOKEN").GetString(), env.GetProperty("UNDERSTUDY_RELEASE").GetString(), env.GetProperty("HOME").GetString()));
            Assert.Equal(app.FolderOf(release), self.RootElement.GetProperty("workingFolder").GetString());
        }

        before = await app.Workers();
        File.WriteAllText(Path.Combine(app.Home, "current/tmp/restart.txt"), "now");
        await AreReplaced(host, before);
        await app.OnlyServes(release, "one");
        load.NeverFailed();
    }

    static Task AreReplaced(Host host, IReadOnlyList<Api.WorkerDocument> before) => host.Until("all workers are others", 60.Seconds(), status =>
        status.Apps[0].Pools[0] is { State: "steady" } pool && pool.Workers.All(now => before.All(worker => worker.Worker != now.Worker)));

    /// <summary>For releases that have left: their assets are not asked for any more.</summary>
    static Task AnHourPasses(Host host, params string[] releases)
    {
        using var database = new Database(new Paths(host.Root).State);
        var ledger = new ReleaseLedger(database);
        foreach (var release in releases)
        {
            var left = ledger.Release("stunt", release)!;
            Assert.NotNull(left.LeftAt);
            ledger.Write(left with { LeftAt = left.LeftAt - TimeSpan.FromHours(1) });
        }
        return Task.CompletedTask;
    }
}
