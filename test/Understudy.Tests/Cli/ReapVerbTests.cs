using Understudy.Cli;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Tests.Cli;

public class ReapVerbTests
{
    static readonly OwnedProcess Stopped = new(new ProcessKey(77, 5), 1, "ruby\e[2J", 'T');

    [Theory]
    [InlineData("shop")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1 2")]
    public async Task What_is_no_pid_is_wrong_usage(string target)
    {
        var ran = await Ran.Verb("reap", "--root", "/nowhere", "--", target);
        Assert.Equal((2, $"\"{target}\" is no process: give the pid of one, or \"all\". `understudy reap` alone shows what is stale.\n"), (ran.Code, ran.Error));
    }

    [Fact]
    public async Task On_another_machine_it_is_refused()
    {
        var ran = await Ran.Verb("reap", "all", "--agent", "https://web-1:7443");
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("Reaping", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_die_is_shown_with_its_age_its_reason_and_its_processes_and_what_is_in_doubt_apart()
    {
        ReapVerdict[] verdicts =
        [
            new(new OwnedGroup("shop.web.1", [Stopped]), ReapRuling.Stale, "was to leave (replaced) and was still there 30 s later", BootClock.Now - TimeSpan.FromMinutes(3)),
            new(new OwnedGroup("shop.build-7", [Stopped]), ReapRuling.Doubtful, "may run for the agent (pid 9), which lives and does not answer"),
        ];
        var view = Ran.View(live: false, screen => new ReapView(screen, TimeProvider.System.GetUtcNow()).Before("is stopped (pid 9)", "has left /sys/fs/cgroup/memory/small, which limited its memory", verdicts, [], only: true));
        Assert.Equal("""
            The agent is stopped (pid 9): this goes by what it has written down.
            This command has left /sys/fs/cgroup/memory/small, which limited its memory.
            shop.web.1  stale  stale for 3m 0s
                was to leave (replaced) and was still there 30 s later
                1 process: 77 ruby^[[2J (stopped)
            shop.build-7  in doubt
                may run for the agent (pid 9), which lives and does not answer
                1 process: 77 ruby^[[2J (stopped)
            Nothing was killed. `understudy reap all` kills what is stale, `understudy reap PID` that of which PID is a process.

            """, view);
        var after = Ran.View(live: false, screen => new ReapView(screen, TimeProvider.System.GetUtcNow()).After(verdicts, _ => "there"));
        Assert.Equal("""
            shop.web.1 was killed and is still there: it waits in the kernel, or this user may not kill it.
            Left alone, for it is not sure that they are stale: 1.

            """, after);
    }

    [Fact]
    public void Nothing_is_said_of_an_agent_that_answers() =>
        Assert.Equal("Nothing is stale.\n", Ran.View(live: false, screen => new ReapView(screen, TimeProvider.System.GetUtcNow()).Before("answers", null, [], [], only: false)));

    [Fact]
    public void What_moved_itself_to_another_cgroup_is_named_with_the_command_that_ends_it()
    {
        ReapVerdict[] moved =
        [
            new(new OwnedGroup("shop.web.1", [Stopped]), ReapRuling.Stale, "has left its cgroup for /else, and nobody counts it", Moved: true),
            new(new OwnedGroup("shop.web.2", [Stopped]), ReapRuling.Kept, "has left its cgroup for /else, and its owner is in its pool's set", Moved: true),
        ];
        Assert.Equal("""
            Nothing is stale.
            shop.web.1  moved
                has left its cgroup for /else, and nobody counts it: `understudy reap 77` kills it
                1 process: 77 ruby^[[2J (stopped)
            shop.web.2  moved
                has left its cgroup for /else, and its owner is in its pool's set: it is left alone
                1 process: 77 ruby^[[2J (stopped)

            """, Ran.View(live: false, screen => new ReapView(screen, TimeProvider.System.GetUtcNow()).Before("answers", null, [], moved, only: false)));
    }
}
