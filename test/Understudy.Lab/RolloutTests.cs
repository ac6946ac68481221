namespace Understudy.Lab;

/// <summary>A release that does not start, or serves worse than the one before, costs no visitor more than it must.</summary>
public sealed class RolloutTests
{
    [Fact]
    public async Task A_release_that_does_not_start_serves_nobody_and_goes_back_by_itself()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host);
        const string impatient = "workers: 2\n    ready: {path: /up, within: 2s}";
        var good = await app.Write("good").Served();
        await using var load = Load.Of(host.Port, 4, "/pid");
        await load.More(20);

        await IsRefused(app.Write("dies", "STUNT_EXIT_AT_ONCE: \"1\""), "a new worker of web failed: exit code 1; its log ends with: ");
        await IsRefused(app.Write("waits", "STUNT_NEVER_READY: \"1\"", impatient), "a new worker of web failed: not ready within 2 s: /up");
        await IsRefused(app.Write("fails", "", impatient, "check: [/pid, /answer/500]"), "a new worker of web failed: not ready within 2 s: /answer/500");

        await load.More(20);
        await load.Stop();
        load.NeverFailed();
        Assert.Equal(["good"], load.Tags.Keys);
        await app.OnlyServes(good, "good");
        await app.NothingHalfMade();
    }

    [Fact]
    public async Task A_release_that_serves_worse_goes_back_by_itself()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, more: "deploy: {watch: 30s}");
        var good = await app.Write("good").Served();
        await using var load = Load.Of(host.Port, 6, "/pid");
        await load.More(100);

        await IsRefused(app.Write("slow", "STUNT_SLOW_MS: \"400\""), "half of the new release's requests take over 300 ms");
        // What a crash takes along is asked again of another worker; the figures may tell of it sooner than the second crash.
        await IsRefused(app.Write("crashing", "STUNT_CRASH_AFTER_MS: \"1500\""), " failed");
        load.NeverFailed();
        await app.OnlyServes(good, "good");

        await IsRefused(app.Write("failing", "STUNT_FAIL_PERCENT: \"50\""), "of the new release's");
        await load.Stop();
        Assert.All(load.Failures, failure => Assert.Contains("failed, as told at its start", failure, StringComparison.Ordinal));
        await app.OnlyServes(good, "good");
        await app.NothingHalfMade();
    }

    [Fact, Trait("length", "long")]
    public async Task A_release_that_serves_as_badly_as_the_one_before_stays()
    {
        await using var host = await DeployedApp.NewHost();
        using var app = new DeployedApp(host, more: "deploy: {watch: 3s}");
        const string bad = "STUNT_FAIL_PERCENT: \"20\"\n  STUNT_SLOW_MS: \"150\"";
        await app.Write("bad", bad).Served();
        await using var load = Load.Of(host.Port, 6, "/pid");
        await Eventually.Until("it was seen to fail", 20.Seconds(), () => load.Failures.Count > 10);
        var next = await app.Write("as-bad", bad).Served();
        await load.Stop();
        Assert.Equal("current", (await app.Releases()).Single(release => release.Release == next).State);
        Assert.All(await app.Workers(), worker => Assert.Equal(next, worker.Release));
    }

    static async Task IsRefused(DeployedApp app, string why)
    {
        var before = await app.Current();
        var refused = await app.Deploy();
        Assert.True(refused is { Code: 1, Outcome: "rolled back" }, $"{refused.Output}\n{await app.Host.Describe()}");
        Assert.Contains(why, refused.Text, StringComparison.Ordinal);
        var events = await app.Host.Events();
        Assert.Contains(why, events.Last(one => one.Kind == "deploy.rolled-back").Message, StringComparison.Ordinal);
        var listed = (await app.Releases())[0];
        Assert.Equal("rolled back", listed.State);
        Assert.Contains(why, listed.Reason, StringComparison.Ordinal);
        Assert.Equal(before, await app.Current());
    }
}
