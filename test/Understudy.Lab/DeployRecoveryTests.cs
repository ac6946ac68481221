namespace Understudy.Lab;

/// <summary>Deploys that somebody else's, a second thought or the agent's death comes in the way of.</summary>
public sealed class DeployRecoveryTests
{
    [Fact]
    public async Task A_second_deploy_is_refused_or_waits_and_a_cancelled_one_leaves_nothing()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, "workers: 1");
        await app.Write("one").Served();
        await using var load = Load.Of(host.Port, 2, "/pid");

        using var second = app.Write("two", also: "build: [sleep 1]").Begin("--reason", "the big one");
        await second.In("build");
        var refused = await app.Write("three").Deploy();
        Assert.Equal(1, refused.Code);
        Assert.Matches(@"deploy 2 of stunt by root@\S+ \(the big one\) goes on for \d+ s, in its phase build\. Wait for it with --wait", refused.Output);
        var third = await app.Served("--wait");
        var ended = await second.End();
        Assert.Equal((0, "done"), (ended.Code, ended.Outcome));
        await app.OnlyServes(third, "three");

        await IsCancelled(app.Write("four", also: "build: [\"(setsid sleep 600 &) ; trap '' TERM; sleep 600\"]"), "build", "cancelled");
        await app.OnlyServes(third, "three");
        await IsCancelled(app.Write("five", "STUNT_START_DELAY_MS: \"20000\""), "roll", "rolled back");
        await app.OnlyServes(third, "three");
        await load.Stop();
        load.NeverFailed();
        Assert.Equal(["one", "three", "two"], load.Tags.Keys.Order());
        await app.NothingHalfMade();
    }

    [Fact]
    public Task The_agent_is_killed_at_a_step_and_one_release_serves_whole() =>
        Survives("deploy: {watch: 2s}\nbuild: [sleep 1]", ["build", "roll", "watch", "rollback"]);

    // The build's file makes packing and unpacking take a while.
    [Fact, Trait("length", "long")]
    public Task The_agent_is_killed_at_each_step_and_one_release_serves_whole() => Survives(
        "deploy: {watch: 3s}\npackages: [bash]\nbuild: [head -c 30000000 /dev/urandom > big, sleep 1]\nrelease: sleep 1",
        ["prepare", "packages", "build", "pack", "unpack", "release", "roll", "watch", "rollback"]);

    /// <summary>Under load: each deploy is cut off at one of its phases, and goes on or is undone.</summary>
    static async Task Survives(string more, IReadOnlyList<string> phases)
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, "workers: 2\n    stop: {within: 2s}", more);
        var (serving, tag) = (await app.Write("first").Served(), "first");
        await using var load = Load.Of(host.Port, 3, "/pid", "/slow?ms=20");
        foreach (var phase in phases)
        {
            using var deploying = app.Write("cut-at-" + phase, phase == "rollback" ? "STUNT_IGNORE_TERM: \"1\"" : "").Begin();
            if (phase == "rollback")
            {
                await deploying.In("watch");
                Assert.Equal(0, (await host.Run("deploy", "--cancel")).Code);
            }
            await deploying.In(phase);
            await host.KillAgent();
            var ended = await deploying.End();
            Assert.True(ended.Outcome is "done" or "failed" or "rolled back", ended.Output);
            Assert.Equal(ended.Outcome == "done" ? 0 : 1, ended.Code);
            if (ended.Outcome == "done")
                (serving, tag) = ((await app.Releases())[0].Release, "cut-at-" + phase);
            Assert.True((ended.Outcome == "done") == phase is "roll" or "watch", $"{phase}: {ended.Output}");
            await app.OnlyServes(serving, tag);
            await app.NothingHalfMade();
        }
        var next = await app.Write("last").Served();
        await load.Stop();
        load.NeverFailed();
        await app.OnlyServes(next, "last");
    }

    static async Task IsCancelled(DeployedApp app, string phase, string outcome)
    {
        using var deploying = app.Begin();
        await deploying.In(phase);
        Assert.Equal(0, (await app.Host.Run("deploy", "--cancel")).Code);
        var ended = await deploying.End();
        Assert.Equal((1, outcome), (ended.Code, ended.Outcome));
        Assert.Contains("cancelled by root@", ended.Text, StringComparison.Ordinal);
    }
}
