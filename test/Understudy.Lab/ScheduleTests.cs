using Understudy.Api;

namespace Understudy.Lab;

/// <summary>Scheduled commands on a real host; the shortest schedule there is comes each minute.</summary>
public sealed class ScheduleTests
{
    static readonly TimeSpan AMinuteAndMore = 90.Seconds();

    // It waits for two whole minutes of the clock.
    [Fact, Trait("length", "long")]
    public async Task It_runs_each_minute_with_its_secrets_and_its_whole_tree_is_gone_when_it_or_the_agent_ends()
    {
        using var app = new StuntFolder(more: """
            schedule:
              good: {at: "* * * * *", command: "echo pid $$, token is $TOKEN of ${#TOKEN} letters; (setsid sleep 600 &); echo done in $PWD"}
              long: {at: "* * * * *", command: "echo $$ >> long.pids; trap '' TERM; sleep 600"}
            """);
        await using var host = await Host.Serve([app.Folder]);
        Assert.Equal(0, (await host.Run("env", "set", "TOKEN=s3cret-of-the-lab", "--no-wait")).Code);

        var ended = await Happens(host, "schedule.ended", "good has ended");
        Assert.EndsWith($": done in {app.Folder}", ended.Message, StringComparison.Ordinal);
        var log = File.ReadAllText(Path.Combine(host.Root, "log/deploys/stunt/schedule-good.log"));
        Assert.Contains($"token is {new string('*', "s3cret-of-the-lab".Length)} of 17 letters", log, StringComparison.Ordinal);
        await Happens(host, "schedule.started", "long, due");
        var pids = Path.Combine(app.Folder, "long.pids");
        await Eventually.Until("the long one has begun", 20.Seconds(), () => File.Exists(pids) && File.ReadAllText(pids).EndsWith('\n'));
        var pid = int.Parse(File.ReadAllLines(pids).Last(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Kernel.Lives(pid));

        await host.KillAgent();
        await Happens(host, "schedule.failed", "was cut off: the agent ended while it ran");
        Assert.False(Kernel.Lives(pid));
        var due = (await host.Events()).Where(one => one.Kind == "schedule.started").Select(one => one.Message.Split(" has started")[0]).ToList();
        Assert.Equal(due.Distinct(), due);
    }

    static async Task<EventDocument> Happens(Host host, string kind, string words)
    {
        EventDocument? found = null;
        await Eventually.Until($"{kind}: {words}", AMinuteAndMore, async () => (found = (await host.Events()).FirstOrDefault(one => one.Kind == kind && one.Message.Contains(words, StringComparison.Ordinal))) is not null);
        return found!;
    }
}
