using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class WorkerHealthTests
{
    static readonly Surroundings well = new(FreeSlots: true, LastAnswer: null, Listed: 4, DownOnTimeouts: 0, OthersAnswer: true);
    static readonly Evidence missed = new(EvidenceKind.ProbeMissed);
    static readonly Evidence good = new(EvidenceKind.ProbeAnswered, 200);

    static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    static (WorkerHealth Health, HealthActions Actions) Miss(WorkerHealth health, double from, double until, Surroundings around)
    {
        var actions = HealthActions.None;
        for (var at = from; at <= until && health.IsUp; at += 0.45) (health, actions) = health.Weigh(missed, around, S(at));
        return (health, actions);
    }

    [Theory]
    [InlineData(EvidenceKind.ConnectRefused, KernelSight.Alive, HealthActions.MarkDown)]
    [InlineData(EvidenceKind.ProbeRefused, KernelSight.Alive, HealthActions.MarkDown)]
    [InlineData(EvidenceKind.ProbeRefused, KernelSight.Gone, HealthActions.MarkDown | HealthActions.Abort)]
    [InlineData(EvidenceKind.ProbeMissed, KernelSight.Stopped, HealthActions.MarkDown | HealthActions.Abort)]
    [InlineData(EvidenceKind.ProbeMissed, KernelSight.Gone, HealthActions.MarkDown | HealthActions.Abort)]
    public void Refusals_and_what_the_kernel_says_count_at_once_however_busy_and_however_many(EvidenceKind kind, KernelSight sight, HealthActions expected)
    {
        var hard = new Surroundings(FreeSlots: false, LastAnswer: S(9.9), Listed: 1, DownOnTimeouts: 1, OthersAnswer: false);
        var (health, actions) = WorkerHealth.New(default).Weigh(new Evidence(kind, 0, sight), hard, S(10));
        Assert.Equal((false, expected, S(10)), (health.IsUp, actions, health.Since));
        Assert.False(string.IsNullOrEmpty(health.Reason));
        Assert.False(health.DownOnTimeouts);
    }

    [Fact]
    public void Silence_counts_after_two_seconds_with_free_slots_while_others_answer()
    {
        var (early, _) = Miss(WorkerHealth.New(default), 10, 11.5, well);
        Assert.True(early.IsUp);
        var (late, actions) = Miss(early, 11.8, 13, well);
        Assert.Equal((false, true, HealthActions.MarkDown | HealthActions.Abort), (late.IsUp, late.DownOnTimeouts, actions));
    }

    [Fact]
    public void Silence_says_nothing_of_a_busy_worker_or_where_nobody_answers_or_half_the_pool_is_down_already()
    {
        Assert.True(Miss(WorkerHealth.New(default), 10, 60, well with { FreeSlots = false }).Health.IsUp);
        Assert.True(Miss(WorkerHealth.New(default), 10, 60, well with { OthersAnswer = false }).Health.IsUp);
        Assert.True(Miss(WorkerHealth.New(default), 10, 60, well with { DownOnTimeouts = 2 }).Health.IsUp);
        Assert.False(Miss(WorkerHealth.New(default), 10, 60, well with { DownOnTimeouts = 1 }).Health.IsUp);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, false)]
    [InlineData(2, 1, true)]
    [InlineData(3, 0, false)]
    [InlineData(3, 1, true)]
    [InlineData(5, 1, false)]
    [InlineData(5, 2, true)]
    public void At_most_half_of_a_pool_rounded_down_is_down_on_timeouts(int listed, int already, bool staysUp) =>
        Assert.Equal(staysUp, Miss(WorkerHealth.New(default), 10, 20, well with { Listed = listed, DownOnTimeouts = already }).Health.IsUp);

    [Fact]
    public void Any_answer_begins_the_silence_anew()
    {
        var health = WorkerHealth.New(default);
        for (var at = 10.0; at < 60; at += 1.5)
        {
            // A request is answered 0.1 s before each second probe is missed; or a probe is, with any status.
            (health, _) = health.Weigh(missed, well with { LastAnswer = S(at - 0.1) }, S(at));
            (health, _) = health.Weigh(missed, well with { LastAnswer = S(at - 0.1) }, S(at + 0.5));
        }

        Assert.True(health.IsUp);
        for (var at = 60.0; at < 90; at += 1.5)
        {
            (health, _) = health.Weigh(missed, well, S(at));
            (health, _) = health.Weigh(new Evidence(EvidenceKind.ProbeAnswered, 500), well, S(at + 0.5));
        }

        Assert.True(health.IsUp);
    }

    [Fact]
    public void Two_good_probes_in_a_row_bring_it_back()
    {
        var (down, _) = WorkerHealth.New(default).Weigh(new Evidence(EvidenceKind.ConnectRefused), well, S(1));
        var (once, first) = down.Weigh(good, well, S(2));
        var (broken, _) = once.Weigh(missed, well, S(3));
        var (again, _) = broken.Weigh(good, well, S(4));
        var (bad, _) = again.Weigh(new Evidence(EvidenceKind.ProbeAnswered, 503), well, S(5));
        var (third, _) = bad.Weigh(good, well, S(6));
        var (up, actions) = third.Weigh(good, well, S(7));
        Assert.Equal((false, HealthActions.None), (once.IsUp, first));
        Assert.Equal((true, HealthActions.MarkUp, S(7)), (up.IsUp, actions, up.Since));
        Assert.Null(up.Reason);
    }

    [Fact]
    public void A_ready_path_that_always_answered_404_need_not_do_better_to_come_back()
    {
        var health = WorkerHealth.New(default);
        (health, _) = health.Weigh(new Evidence(EvidenceKind.ProbeAnswered, 404), well, S(1));
        (health, _) = health.Weigh(new Evidence(EvidenceKind.ProbeMissed, 0, KernelSight.Stopped), well, S(2));
        for (var at = 3; at < 5; at++) (health, _) = health.Weigh(new Evidence(EvidenceKind.ProbeAnswered, 404), well, S(at));
        Assert.True(health.IsUp);
    }

    [Fact]
    public void What_stops_while_it_is_down_is_aborted_then()
    {
        var (down, _) = WorkerHealth.New(default).Weigh(new Evidence(EvidenceKind.ConnectRefused), well, S(1));
        var (_, actions) = down.Weigh(new Evidence(EvidenceKind.ProbeMissed, 0, KernelSight.Stopped), well, S(2));
        Assert.Equal(HealthActions.Abort, actions);
    }

    [Theory]
    [InlineData(true, 0, false, 0.9, 5, false)]
    [InlineData(true, 0, false, 1.1, 5, true)]
    [InlineData(true, 0, false, 1.1, 0.5, false)]
    [InlineData(true, 1, false, 0.3, 0.05, false)]
    [InlineData(true, 1, false, 0.3, 0.11, true)]
    [InlineData(true, 1, false, 0.2, 5, false)]
    [InlineData(false, 0, false, 0.26, 0, true)]
    [InlineData(false, 0, false, 0.2, 9, false)]
    [InlineData(true, 0, true, 0.01, 0, true)]
    public void Probes_are_due(bool isUp, int inFlight, bool askedFor, double sinceProbe, double sinceSign, bool due) =>
        Assert.Equal(due, ProbeSchedule.IsDue(isUp, inFlight, askedFor, S(100 - sinceProbe), S(100 - sinceSign), S(100)));
}
