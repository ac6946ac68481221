using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class RolloutDecisionTests
{
    static readonly RolloutPlan Plan = new(["web", "jobs"], TimeSpan.FromSeconds(10), First: false);

    RolloutState _state = new();
    TimeSpan _now = TimeSpan.FromHours(1);
    long _requests;
    string? _worse;
    string? _cancelled;
    int _otherPools;
    RolloutPool _web = new("web", true) { Wanted = 2, Others = 2, OthersRouted = 2 };
    RolloutPool _jobs = new("jobs", false) { Wanted = 1, Others = 1, OthersRouted = 1 };

    [Fact]
    public void The_first_new_worker_serves_beside_the_old_ones_before_any_of_them_leaves()
    {
        Assert.Equal([new RolloutAction.Begin("web", Hold: true)], Turn());
        Assert.Empty(Turn());
        _web = _web with { NewReady = 1 };
        Assert.Empty(Turn());
        _now += RolloutDecision.CanaryServes - TimeSpan.FromMilliseconds(1);
        Assert.Empty(Turn());
        _now += TimeSpan.FromMilliseconds(1);
        Assert.Equal([new RolloutAction.Proceed("web")], Turn());
        Assert.Equal(RolloutPhase.Rolling, _state.Phase);
    }

    [Fact]
    public void Enough_requests_prove_the_first_new_worker_sooner()
    {
        Serves();
        _requests = RolloutDecision.CanaryRequests;
        Assert.Equal([new RolloutAction.Proceed("web")], Turn());
    }

    [Fact]
    public void Nobody_waits_for_a_proof_where_no_old_worker_serves()
    {
        Turn();
        _web = _web with { NewReady = 1, Others = 0, OthersRouted = 0 };
        Turn();
        Assert.Equal([new RolloutAction.Proceed("web")], Turn());
    }

    [Fact]
    public void The_jobs_follow_only_when_no_old_process_of_web_is_left()
    {
        Rolling();
        _web = _web with { NewReady = 2, Others = 1, OthersRouted = 0 };
        Assert.Empty(Turn());
        _web = _web with { Others = 0 };
        Assert.Equal([new RolloutAction.Begin("jobs", Hold: false)], Turn());
        Assert.Empty(Turn());
        _jobs = _jobs with { NewReady = 1, Others = 0 };
        Assert.Empty(Turn());
        Assert.Equal(RolloutPhase.Watching, _state.Phase);
    }

    [Fact]
    public void It_is_done_when_it_was_watched_long_enough()
    {
        Watching();
        _now += TimeSpan.FromSeconds(9.9);
        Turn();
        Assert.Equal(RolloutPhase.Watching, _state.Phase);
        _now += TimeSpan.FromSeconds(0.1);
        Assert.Equal([new RolloutAction.EndOthers()], Turn());
        Turn();
        Assert.Equal(RolloutPhase.Done, _state.Phase);
    }

    [Fact]
    public void Pools_that_the_new_release_does_not_have_end_when_there_is_no_way_back_and_are_waited_for()
    {
        Watching();
        _now += TimeSpan.FromSeconds(10);
        _otherPools = 1;
        Assert.Equal([new RolloutAction.EndOthers()], Turn());
        _worse = "slow";
        Assert.Empty(Turn());
        Assert.Equal(RolloutPhase.Watching, _state.Phase);
        _otherPools = 0;
        Turn();
        Assert.Equal(RolloutPhase.Done, _state.Phase);
    }

    [Fact]
    public void A_first_release_has_nothing_to_be_compared_with_or_to_go_back_to()
    {
        var first = Plan with { First = true };
        Assert.Equal([new RolloutAction.Begin("web", Hold: false)], Turn(first));
        (_web, _jobs) = (_web with { NewReady = 1, Others = 0, OthersRouted = 0 }, _jobs with { NewReady = 1, Others = 0 });
        Turn(first);
        Turn(first);
        _web = _web with { NewReady = 2 };
        Turn(first);
        Turn(first);
        Turn(first);
        Turn(first);
        Assert.Equal(RolloutPhase.Done, _state.Phase);
    }

    [Fact]
    public void A_new_worker_that_is_not_ready_in_time_rolls_back_at_once()
    {
        Turn();
        _web = _web with { Failures = 1, NotReady = 1, LastFailure = "not ready within 60 s: / answers 500" };
        Assert.Equal([new RolloutAction.Back("web")], Turn());
        Assert.Equal("a new worker of web failed: not ready within 60 s: / answers 500", _state.Reason);
    }

    [Fact]
    public void One_new_worker_that_ends_may_be_an_accident_two_are_not()
    {
        Turn();
        _web = _web with { Failures = 1, LastFailure = "exit code 1" };
        Assert.Empty(Turn());
        _web = _web with { Failures = 2 };
        Assert.Equal([new RolloutAction.Back("web")], Turn());
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("rolling")]
    [InlineData("watching")]
    public void What_serves_worse_goes_back_in_any_phase(string phase)
    {
        (phase switch { "canary" => Serves, "rolling" => Rolling, _ => (Action)Watching })();
        _worse = "5.0 % of 120 requests failed";
        var actions = Turn();
        Assert.Equal(_state.Begun.Select(pool => new RolloutAction.Back(pool)), actions);
        Assert.Equal(RolloutPhase.RollingBack, _state.Phase);
    }

    [Fact]
    public void Who_cancels_is_named()
    {
        Rolling();
        _cancelled = "alice@desk";
        Turn();
        Assert.Equal("cancelled by alice@desk", _state.Reason);
    }

    [Fact]
    public void A_rollback_ends_when_no_process_of_the_new_release_is_left()
    {
        Rolling();
        _worse = "slow";
        Turn();
        _web = _web with { NewReady = 2, Others = 1, Failures = 5, NotReady = 5 };
        Assert.Empty(Turn());
        Assert.Equal(RolloutPhase.RollingBack, _state.Phase);
        _web = _web with { Others = 0 };
        Turn();
        Assert.Equal(RolloutPhase.RolledBack, _state.Phase);
        Assert.Equal("slow", _state.Reason);
    }

    [Fact]
    public void A_rollback_whose_old_workers_do_not_come_back_ends_all_the_same()
    {
        Rolling();
        _worse = "slow";
        Turn();
        _now += RolloutDecision.BackWithin;
        Turn();
        Assert.Equal((RolloutPhase.RolledBack, true), (_state.Phase, _state.Incomplete));
    }

    [Fact]
    public void A_pool_that_has_not_had_its_turn_says_nothing_yet()
    {
        Turn();
        _web = new("web", true) { Turned = false };
        Turn();
        Assert.Equal(RolloutPhase.Canary, _state.Phase);
        Assert.Null(_state.ServesSince);
    }

    void Serves()
    {
        Turn();
        _web = _web with { NewReady = 1 };
        Turn();
    }

    void Rolling()
    {
        Serves();
        _now += RolloutDecision.CanaryServes;
        Turn();
    }

    void Watching()
    {
        Rolling();
        (_web, _jobs) = (_web with { NewReady = 2, Others = 0, OthersRouted = 0 }, _jobs with { NewReady = 1, Others = 0 });
        Turn();
        Turn();
    }

    IReadOnlyList<RolloutAction> Turn(RolloutPlan? plan = null)
    {
        var turn = RolloutDecision.Turn(_state, plan ?? Plan, new RolloutObservation([.. new[] { _web, _jobs }.Where(pool => _state.Begun.Contains(pool.Name))], _requests, _worse, _cancelled, _otherPools), _now);
        _state = turn.State;
        return turn.Actions;
    }
}
