using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class ReapDecisionTests
{
    static readonly TimeSpan Now = TimeSpan.FromHours(1);

    /// <summary>Everything that may be wrong at once: what the kernel shows, and what is known of it.</summary>
    static readonly ReapSight Dead = new()
    {
        Groups = [Group("proxy", 10), Group("shop.web.1", 20), Group("shop.web.2", 30), Group("shop.web.3", 40), Group("shop.web.4", 50), Group("shop.build-7", 60), Group("shop.run-70", 70), Group("shop.run-80", 81),
            Group("shop.web.9", 90), Group("blog.web.1", 95)],
        Current = new Dictionary<string, CurrentOwner>
        {
            ["shop.web.1"] = new(),
            ["shop.web.2"] = new(Now + TimeSpan.FromSeconds(7), "replaced by a newer one"),
            ["shop.web.3"] = new(Now - TimeSpan.FromSeconds(7), "replaced by a newer one"),
        },
        NextNumbers = new Dictionary<string, int> { ["shop.web"] = 9 },
        Self = 4711,
    };

    [Theory]
    [InlineData("proxy", ReapRuling.Kept, "carries the requests: `understudy restart proxy` replaces it")]
    [InlineData("shop.web.1", ReapRuling.Kept, "is in its pool's set")]
    [InlineData("shop.web.2", ReapRuling.Kept, "is on its way out (replaced by a newer one), and killed in 7 s at the latest")]
    [InlineData("shop.web.3", ReapRuling.Stale, "was to be gone by its deadline (replaced by a newer one) and is still there")]
    [InlineData("shop.web.4", ReapRuling.Stale, "is in no pool's ledger")]
    [InlineData("shop.build-7", ReapRuling.Stale, "was run by an agent that has ended")]
    [InlineData("shop.run-70", ReapRuling.Kept, "is a command that a person runs (pid 70)")]
    [InlineData("shop.run-80", ReapRuling.Stale, "was left behind by `understudy run`, whose command (pid 80) has ended")]
    [InlineData("shop.web.9", ReapRuling.Doubtful, "is newer than what is written down (a full disk?): an agent that is started finds it")]
    [InlineData("blog.web.1", ReapRuling.Doubtful, "is of a pool that nothing is written down of: the state was lost, or another one's was read. An agent that is started finds it")]
    public void With_a_dead_agent_it_goes_by_what_is_written_down(string id, ReapRuling ruling, string sentence) => Ruled(Dead, id, ruling, sentence);

    [Theory]
    [InlineData("shop.web.3", ReapRuling.Stale)]
    [InlineData("shop.web.4", ReapRuling.Stale)]
    [InlineData("shop.build-7", ReapRuling.Doubtful)]
    [InlineData("shop.run-80", ReapRuling.Stale)]
    [InlineData("shop.web.1", ReapRuling.Kept)]
    public void An_agent_that_lives_and_is_silent_may_run_a_command(string id, ReapRuling ruling) => Ruled(Dead with { SilentAgent = 77 }, id, ruling);

    [Theory]
    [InlineData("proxy", ReapRuling.Kept)]
    [InlineData("shop.web.1", ReapRuling.Doubtful)]
    [InlineData("shop.web.4", ReapRuling.Doubtful)]
    [InlineData("shop.build-7", ReapRuling.Doubtful)]
    [InlineData("shop.run-70", ReapRuling.Kept)]
    [InlineData("shop.run-80", ReapRuling.Stale)]
    public void Where_nothing_can_be_read_everything_is_in_doubt_that_the_kernel_alone_does_not_tell(string id, ReapRuling ruling) =>
        Ruled(Dead with { Unread = "cannot read the state", Current = new Dictionary<string, CurrentOwner>(), NextNumbers = new Dictionary<string, int>() }, id, ruling);

    [Fact]
    public void What_the_proxy_sends_requests_to_is_kept_whatever_the_ledger_says()
    {
        var routed = Dead with { Routed = new HashSet<string> { "shop.web.3", "shop.web.4", "blog.web.1" } };
        foreach (var id in routed.Routed)
            Ruled(routed, id, ReapRuling.Kept, "is where the proxy sends requests");
    }

    [Fact]
    public void What_was_written_down_as_stale_keeps_its_reason_and_its_age()
    {
        var sight = Dead with { Stale = new Dictionary<string, StaleRecord> { ["shop.web.4"] = new("shop.web.4", Now - TimeSpan.FromMinutes(3), "was to leave and was still there", Abandoned: true) } };
        Assert.Equal(Now - TimeSpan.FromMinutes(3), Ruled(sight, "shop.web.4", ReapRuling.Stale, "was to leave and was still there").Since);
    }

    [Theory]
    [InlineData("shop.web.1", ReapRuling.Kept)]
    [InlineData("shop.web.3", ReapRuling.Stale)]
    [InlineData("shop.web.4", ReapRuling.Doubtful)]
    [InlineData("shop.build-7", ReapRuling.Kept)]
    [InlineData("blog.web.1", ReapRuling.Stale)]
    [InlineData("proxy", ReapRuling.Kept)]
    public void An_agent_that_answers_is_believed(string id, ReapRuling ruling) => Ruled(
        Dead with
        {
            AgentAnswers = true,
            Current = new Dictionary<string, CurrentOwner> { ["shop.web.1"] = new(), ["shop.web.3"] = new(), ["shop.build-7"] = new() },
            // Past its deadline it is counted and stale at once.
            Stale = new Dictionary<string, StaleRecord> { ["shop.web.3"] = new("shop.web.3", Now, "was to be gone"), ["blog.web.1"] = new("blog.web.1", Now, "belongs to blog") },
        },
        id, ruling);

    [Theory]
    [InlineData("shop.web.4")]
    [InlineData("shop.run-80")]
    public void Nothing_is_ended_from_within(string id)
    {
        var self = Dead.Groups.Single(group => group.Id == id).Processes[0].Key.Pid;
        Ruled(Dead with { Self = self }, id, ReapRuling.Kept, "holds this very command: call it from elsewhere");
    }

    [Theory]
    [InlineData("shop.web.1", ReapRuling.Kept, "has left its cgroup for /user.slice, and its owner is in its pool's set")]
    [InlineData("shop.web.4", ReapRuling.Stale, "has left its cgroup for /user.slice, and nobody counts it")]
    [InlineData("shop.web.5", ReapRuling.Stale, "has left its cgroup for /user.slice, and nobody counts it")]
    [InlineData("shop.web.12", ReapRuling.Doubtful, null)]
    [InlineData("shop.run-70", ReapRuling.Kept, null)]
    [InlineData("proxy", ReapRuling.Kept, null)]
    public void A_process_that_left_its_group_may_be_ended_once_its_owner_is_gone(string id, ReapRuling ruling, string? sentence)
    {
        var moved = new MovedProcess(new OwnedProcess(new ProcessKey(500, 5), 1, "sidekiq", 'S'), id, "/user.slice");
        var verdict = Assert.Single(ReapDecision.Judge(Dead with { Moved = [moved] }, Now), verdict => verdict.Moved);
        Assert.Equal((ruling, 500), (verdict.Ruling, verdict.Group.Processes.Single().Key.Pid));
        if (sentence is not null)
            Assert.Equal(sentence, verdict.Sentence);
    }

    [Fact]
    public void An_empty_group_is_nothing_to_kill() => Assert.Empty(ReapDecision.Judge(new ReapSight { Groups = [new OwnedGroup("shop.web.4", [])] }, Now));

    static OwnedGroup Group(string id, int pid) => new(id, [new OwnedProcess(new ProcessKey(pid, pid), 1, "ruby", 'S')]);

    static ReapVerdict Ruled(ReapSight sight, string id, ReapRuling ruling, string? sentence = null)
    {
        var verdict = ReapDecision.Judge(sight, Now).Single(verdict => verdict.Id == id);
        Assert.Equal(ruling, verdict.Ruling);
        if (sentence is not null)
            Assert.Equal(sentence, verdict.Sentence);
        return verdict;
    }
}
