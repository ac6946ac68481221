using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class StaleDecisionTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    readonly StaleWorld _world = new();

    [Theory]
    [InlineData("proxy", OwnerKind.Platform, "", "proxy")]
    [InlineData("shop.web.12", OwnerKind.Worker, "shop", "web.12")]
    [InlineData("shop.build-7", OwnerKind.Command, "shop", "build-7")]
    [InlineData("shop.cron-run-me", OwnerKind.Command, "shop", "cron-run-me")]
    [InlineData("shop.packages", OwnerKind.Command, "shop", "packages")]
    [InlineData("shop.run-4711", OwnerKind.Run, "shop", "run-4711")]
    public void A_name_tells_what_it_stands_for(string id, OwnerKind kind, string app, string shortName)
    {
        var owner = new Owner(id);
        Assert.Equal((kind, app, shortName), (owner.Kind, owner.App, owner.ShortName));
        Assert.Equal(kind == OwnerKind.Run ? 4711 : 0, owner.RunPid);
        Assert.Equal(kind == OwnerKind.Worker ? "web" : null, owner.Pool);
    }

    [Fact]
    public void A_worker_of_a_pool_with_a_name_like_that_of_a_run_command_is_a_worker()
    {
        var owner = new Owner("shop.run-5.3");
        Assert.Equal((OwnerKind.Worker, "run-5", 0), (owner.Kind, owner.Pool, owner.RunPid));
    }

    [Fact]
    public void What_is_counted_is_left_alone()
    {
        _world.Runs("shop.web.1", 3).Counted("shop.web.1").Runs("proxy").Runs("shop.build-7").Counted("shop.build-7").Runs("shop.run-50", firstPid: 50);
        _world.Pass(60 * Second);
        Assert.Empty(_world.Acted);
        Assert.Empty(_world.Stale);
    }

    [Fact]
    public void A_worker_of_nobody_is_found_at_the_second_look_asked_to_end_and_killed_at_its_pools_deadline()
    {
        _world.ObeysTerm = _ => false;
        _world.Runs("shop.web.1", 2);
        Assert.True(_world.Turn().LookAgain);
        Assert.Empty(_world.Acted);
        _world.Now += TimeSpan.FromMilliseconds(100);
        Assert.False(_world.Turn().LookAgain);
        Assert.Equal(["stale.found"], _world.Told);
        Assert.Equal("shop.web.1 is in no pool's ledger: 2 processes: 100 ruby, 101 ruby; it is asked to end, and killed in 10 s", _world.Said);
        Assert.Equal(["shop.web.1"], _world.Asked);
        _world.Pass(8 * Second);
        Assert.Empty(_world.Killed);
        _world.Pass(3 * Second);
        Assert.Equal(["shop.web.1"], _world.Killed);
        Assert.Equal(["stale.found", "stale.killed", "stale.gone"], _world.Told);
        Assert.Contains("2 processes: 100 ruby, 101 ruby", _world.Acted.OfType<StaleAction.Tell>().Single(tell => tell.Kind == "stale.killed").Message, StringComparison.Ordinal);
        Assert.Empty(_world.Groups);
        Assert.Empty(_world.Records);
    }

    [Fact]
    public void One_that_ends_as_asked_is_not_killed()
    {
        _world.Runs("shop.web.1").Pass(20 * Second);
        Assert.Empty(_world.Killed);
        Assert.Equal(["stale.found", "stale.gone"], _world.Told);
        Assert.EndsWith("as asked", _world.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blog.web.1", "blog.web.1 belongs to blog, which this host does not run", true)]
    [InlineData("shop.build-7", "shop.build-7 is left of a command that runs no more", false)]
    [InlineData("shop.jobs.1", "shop.jobs.1 is in no pool's ledger", true)]
    public void The_reason_says_whose_it_was_and_only_workers_get_time(string id, string says, bool asked)
    {
        _world.Runs(id).Pass(Second);
        Assert.StartsWith(says, _world.Acted.OfType<StaleAction.Tell>().First().Message, StringComparison.Ordinal);
        Assert.Equal((asked, !asked), (_world.Asked.Any(), _world.Killed.Any()));
    }

    [Fact]
    public void A_newborn_is_no_orphan_for_it_is_written_down_before_it_starts()
    {
        _world.Turn(() => _world.Counted("shop.web.1").Runs("shop.web.1"));
        Assert.Empty(_world.State.Suspects);
        _world.Pass(5 * Second);
        Assert.Empty(_world.Acted);
    }

    [Fact]
    public void What_was_dying_when_it_was_forgotten_is_suspected_and_not_told()
    {
        _world.Runs("shop.web.1").Counted("shop.web.1");
        _world.Turn(() =>
        {
            _world.Ends("shop.web.1");
            _world.Current.Remove("shop.web.1");
        });
        Assert.Single(_world.State.Suspects);
        _world.Pass(5 * Second);
        Assert.Empty(_world.Told);
        Assert.Empty(_world.State.Suspects);
        Assert.Empty(_world.Groups);
    }

    [Fact]
    public void What_a_pool_let_go_past_its_deadline_has_no_more_time_and_keeps_its_reason()
    {
        _world.ObeysTerm = _ => false;
        _world.Runs("shop.web.1");
        _world.Records["shop.web.1"] = new StaleRecord("shop.web.1", _world.Now, "was to leave (replaced by a newer one) and was still there 30 s later", "20261126-abc", 3, Abandoned: true);
        _world.Turn();
        Assert.Equal(["shop.web.1"], _world.Killed);
        Assert.Empty(_world.Asked);
        var killed = _world.State.Stale["shop.web.1"];
        Assert.Equal(("20261126-abc", 3), (killed.Release, killed.Generation));
        Assert.Contains("(replaced by a newer one) and was still there 30 s later: killed with all its processes (1 process: 100 ruby)", _world.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void With_report_nothing_is_touched_and_its_age_counts_on_for_the_next_agent()
    {
        _world.Rules = _world.Rules with { Apps = new Dictionary<string, StalePolicy?> { ["shop"] = StalePolicy.Report } };
        _world.Runs("shop.web.1", state: 'T').Runs("shop.web.2").Runs("shop.build-7").Runs("blog.web.1");
        _world.Counted("shop.web.2", _world.Now - (5 * Second));
        var since = _world.Now;
        _world.Pass(60 * Second);
        Assert.Equal(["shop.build-7", "shop.web.1", "shop.web.2"], _world.Stale);
        Assert.Equal(["blog.web.1"], _world.Asked);
        Assert.Empty(_world.Killed);
        Assert.Contains("shop.web.1 is in no pool's ledger: 1 process: 100 ruby (stopped); it is left alone (stale: report)", string.Join('\n', _world.Acted.OfType<StaleAction.Tell>().Select(tell => tell.Message)), StringComparison.Ordinal);

        _world.State = new StaleState();
        _world.Turn();
        Assert.Equal(since, _world.State.Stale["shop.web.1"].Since);
        // Its policy is changed: its time was over long ago.
        _world.Rules = _world.Rules with { Apps = new Dictionary<string, StalePolicy?> { ["shop"] = StalePolicy.Reap } };
        _world.Turn();
        Assert.Equal(["shop.build-7", "shop.web.1", "shop.web.2"], _world.Killed.Order());
    }

    [Fact]
    public void A_counted_worker_past_its_deadline_is_killed_as_well_and_its_end_is_its_pools_to_tell()
    {
        _world.Runs("shop.web.1").Counted("shop.web.1", _world.Now, "replaced by a newer one");
        _world.Turn();
        Assert.Empty(_world.Told);
        _world.Now += Second;
        _world.Turn();
        Assert.Equal(["stale.found", "stale.killed"], _world.Told);
        Assert.StartsWith("shop.web.1 was to be gone by its deadline (replaced by a newer one) and is still there", _world.Said, StringComparison.Ordinal);
        Assert.Empty(_world.Records);
        _world.Current.Clear();
        _world.Pass(2 * Second);
        Assert.DoesNotContain("stale.gone", _world.Told);
    }

    [Fact]
    public void What_cannot_be_killed_is_killed_again_and_told_once()
    {
        _world.Unkillable.Add("shop.build-7");
        _world.Runs("shop.build-7", state: 'D').Pass(30 * Second);
        Assert.True(_world.Acted.OfType<StaleAction.Kill>().Count() >= 25);
        Assert.Equal(["stale.found", "stale.killed", "stale.unkillable"], _world.Told);
        Assert.EndsWith("1 process: 100 ruby (waits in the kernel, state D)", _world.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_command_is_a_persons_and_what_it_leaves_is_told_and_kept()
    {
        _world.Runs("shop.run-50", firstPid: 50).Runs("shop.run-50").Pass(30 * Second);
        Assert.Empty(_world.Acted);
        _world.Ends("shop.run-50");
        _world.Runs("shop.run-50").Pass(5 * Second);
        Assert.Empty(_world.Told);
        _world.Pass(100 * Second);
        Assert.Equal(["stale.found"], _world.Told);
        Assert.Contains("was left behind by `understudy run`, whose command (pid 50) has ended", _world.Said, StringComparison.Ordinal);
        Assert.True(_world.Lives("shop.run-50"));
    }

    [Fact]
    public void An_app_whose_configuration_cannot_be_read_is_left_as_it_is()
    {
        _world.Rules = _world.Rules with { Untended = new HashSet<string> { "shop" } };
        _world.Runs("shop.web.1").Pass(60 * Second);
        Assert.Empty(_world.Acted);
    }

    [Fact]
    public void Empty_groups_are_removed_but_not_one_that_a_run_command_is_about_to_enter()
    {
        _world.Runs("shop.web.1", 0).Runs("shop.run-50", 0).Runs("shop.web.2", 0).Counted("shop.web.2").Runs("proxy", 0);
        _world.Pass(5 * Second);
        Assert.Equal(["proxy", "shop.run-50", "shop.web.2"], _world.Groups.Keys.Order());
        _world.Pass(10 * Second);
        Assert.Equal(["proxy", "shop.web.2"], _world.Groups.Keys.Order());
    }

    [Fact]
    public void A_process_that_left_its_cgroup_is_named_once_and_not_touched()
    {
        _world.Moved.Add(new MovedProcess(new OwnedProcess(new ProcessKey(77, 5), 1, "sidekiq", 'S'), "shop.jobs.1", "/user.slice"));
        _world.Pass(10 * Second);
        Assert.Equal(["process.moved"], _world.Told);
        Assert.Contains("77 sidekiq of shop.jobs.1 has left its cgroup for /user.slice", _world.Said, StringComparison.Ordinal);
        Assert.Single(_world.State.Moved);
        // Another process under the same pid.
        _world.Moved[0] = _world.Moved[0] with { Process = _world.Moved[0].Process with { Key = new ProcessKey(77, 6) } };
        _world.Turn();
        Assert.Equal(["process.moved", "process.moved"], _world.Told);
    }

    [Fact]
    public void A_record_is_not_struck_out_while_its_pool_is_just_letting_it_go()
    {
        _world.Runs("shop.web.1").Counted("shop.web.1");
        _world.Records["shop.web.1"] = new StaleRecord("shop.web.1", _world.Now, "was to leave", Abandoned: true);
        _world.Turn();
        Assert.Single(_world.Records);
    }

    [Fact]
    public void What_its_pool_counts_again_is_not_written_down_as_stale_any_more()
    {
        _world.Rules = _world.Rules with { Host = StalePolicy.Report };
        _world.Runs("blog.web.1").Pass(2 * Second);
        Assert.Single(_world.Records);
        // Its app is back in the configuration, and an agent that starts adopts it.
        _world.State = new StaleState();
        _world.Counted("blog.web.1").Pass(2 * Second);
        Assert.Empty(_world.Records);
        Assert.Empty(_world.Stale);
        Assert.True(_world.Lives("blog.web.1"));
    }

    [Fact]
    public void Many_processes_are_named_by_the_first_few()
    {
        _world.Runs("shop.web.1", 500).Pass(Second);
        Assert.Contains("500 processes: 100 ruby, 101 ruby, 102 ruby, 103 ruby, 104 ruby and 495 more", _world.Acted.OfType<StaleAction.Tell>().First().Message, StringComparison.Ordinal);
    }
}
