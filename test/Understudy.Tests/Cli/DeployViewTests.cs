using Understudy.Api;
using Understudy.Cli;
using Understudy.Tests.Api;

namespace Understudy.Tests.Cli;

public class DeployViewTests
{
    static readonly DeployEventDocument[] Story =
    [
        new(1, Samples.Now, "phase", "build", "build", null, null),
        new(2, Samples.Now, "note", "build", "bundle install", null, null),
        new(3, Samples.Now, "line", "build", "Using rack \e[31m3.0", null, null),
        new(4, Samples.Now, "ended", "build", "build", 12.34, null),
        new(5, Samples.Now, "phase", "roll", "roll", null, null),
        new(6, Samples.Now, "turn", "roll", "web.3 is ready after 0.8 s", null, null),
        new(7, Samples.Now, "ended", "roll", "roll", 2, null),
        new(8, Samples.Now, "end", "watch", "20260102030405-0123abcd serves", 15, "done"),
    ];

    [Fact]
    public void Piped_it_is_plain_lines()
    {
        var text = Ran.View(live: false, screen => Tell(DeployView.For(screen, json: false)));
        Assert.Equal(
            """
            ==> build
                bundle install
                Using rack 3.0
                build took 12.3 s
            ==> roll
                web.3 is ready after 0.8 s
                roll took 2.0 s
            Done after 15.0 s: 20260102030405-0123abcd serves

            """,
            text);
    }

    [Fact]
    public void On_a_terminal_each_phase_that_has_ended_leaves_one_line_with_its_time()
    {
        var text = Ran.View(live: true, screen => Tell(DeployView.For(screen, json: false)));
        Assert.Contains("✓ build", text, StringComparison.Ordinal);
        Assert.Contains("12.3 s  bundle install", text, StringComparison.Ordinal);
        Assert.Contains("Done after 15.0 s: 20260102030405-0123abcd serves", text, StringComparison.Ordinal);
        // What a build prints cannot steer the terminal.
        Assert.DoesNotContain("\e[31m", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_failed_phase_or_worker_said_last_stays()
    {
        DeployEventDocument[] story =
        [
            new(1, Samples.Now, "phase", "build", "build", null, null),
            new(2, Samples.Now, "line", "build", "no such gem", null, null),
            new(3, Samples.Now, "ended", "build", "build", 1, "failed"),
            new(4, Samples.Now, "phase", "roll", "roll", null, null),
            new(5, Samples.Now, "log", "roll", "  sh: nosuch: not found", null, null),
            new(6, Samples.Now, "ended", "roll", "roll", 1, null),
            new(7, Samples.Now, "end", "roll", "why", 2, "failed"),
        ];
        var text = Ran.View(live: true, screen => Array.ForEach(story, DeployView.For(screen, json: false).Take));
        Assert.Contains("✗ build", text, StringComparison.Ordinal);
        // Nothing goes up over them again.
        Assert.DoesNotContain("\e[", text[text.IndexOf("no such gem", StringComparison.Ordinal)..text.IndexOf("roll", StringComparison.Ordinal)].Replace("\e[0m", "", StringComparison.Ordinal).Replace("\e[2m", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("sh: nosuch: not found", text, StringComparison.Ordinal);
    }

    [Fact]
    public void As_json_every_step_is_a_line()
    {
        var text = Ran.View(live: false, screen => Tell(DeployView.For(screen, json: true)));
        var lines = text.TrimEnd().Split('\n');
        Assert.Equal(Story.Length, lines.Length);
        Assert.Equal(Story[^1], System.Text.Json.JsonSerializer.Deserialize(lines[^1], JsonDocuments.Default.DeployEventDocument));
    }

    [Theory]
    [InlineData("done", 0)]
    [InlineData("failed", 1)]
    [InlineData("cancelled", 1)]
    [InlineData("rolled back", 1)]
    public async Task A_rollback_ends_with_the_exit_code_of_its_outcome(string outcome, int code)
    {
        await using var host = await ApiHost.Start();
        host.Progress.Tell("phase", "roll", "roll");
        host.Progress.Tell("end", "watch", "so it ended", 2, outcome);
        var ran = await Ran.Verb("rollback", "20260101000000-aaaaaaaa", "--root", host.Folder);
        Assert.Equal(code, ran.Code);
        Assert.Contains("so it ended", ran.Out, StringComparison.Ordinal);
        Assert.Equal("20260101000000-aaaaaaaa", Assert.IsType<RollbackRequest>(Assert.Single(host.Asked)).Release);
    }

    [Fact]
    public async Task A_watcher_goes_on_with_the_next_agent()
    {
        await using var host = await ApiHost.Start();
        host.Progress.Tell("phase", "roll", "roll");
        var watching = Ran.Verb("rollback", "20260101000000-aaaaaaaa", "--root", host.Folder);
        await host.WasAsked;
        await host.StopServer();
        await host.StartAgain();
        host.Progress.Tell("end", "watch", "it was gone on with", 2, "done");
        var ran = await watching;
        Assert.Equal(0, ran.Code);
        Assert.Contains("it was gone on with", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_takes_on_or_off_and_nothing_else()
    {
        await using var host = await ApiHost.Start();
        Assert.Equal(0, (await Ran.Verb("maintenance", "on", "--retry-after", "30", "--root", host.Folder)).Code);
        var asked = Assert.IsType<MaintenanceRequest>(Assert.Single(host.Asked));
        Assert.Equal((true, 30), (asked.On, asked.RetryAfter));
        Assert.Equal(2, (await Ran.Verb("maintenance", "perhaps", "--root", host.Folder)).Code);
        Assert.Equal(2, (await Ran.Verb("maintenance", "on", "--retry-after", "0", "--root", host.Folder)).Code);
    }

    [Fact]
    public async Task Releases_say_who_when_and_why_not()
    {
        await using var host = await ApiHost.Start();
        host.Releases =
        [
            new ReleaseDocument
            {
                App = "shop", Release = "20260102030405-0123abcd", State = "current", MadeAt = Samples.Now, By = "anna@desk", Commit = "0123456789abcdef", Ref = "main", Bytes = 12_000_000, Reason = null,
                Phases = new Dictionary<string, double> { ["build"] = 12.34, ["pack"] = 0.01 },
            },
            new ReleaseDocument
            {
                App = "shop", Release = "20260101030405-9876fedc", State = "failed", MadeAt = Samples.Now, By = "ben@desk", Commit = null, Ref = null, Bytes = 0, Reason = "`make` failed: exit code 2",
                Phases = new Dictionary<string, double>(),
            },
        ];
        var ran = await Ran.Verb("releases", "--root", host.Folder);
        Assert.Equal(0, ran.Code);
        var lines = ran.Out.TrimEnd().Split('\n');
        Assert.Matches("^20260102030405-0123abcd +current .*anna@desk +01234567 +main +12 MB +build 12.3 s$", lines[1]);
        Assert.Matches("^20260101030405-9876fedc +failed .*ben@desk .*`make` failed: exit code 2$", lines[2]);
        Assert.Contains("\"by\":\"anna@desk\"", (await Ran.Verb("releases", "--json", "--root", host.Folder)).Out, StringComparison.Ordinal);
    }

    static void Tell(DeployView view)
    {
        foreach (var one in Story)
        {
            view.Take(one);
            view.Draw();
        }
    }
}
