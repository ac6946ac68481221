using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class HostHealthTests
{
    static readonly HostEvidence good = new(HostEvidenceKind.Answered, 200);

    static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    static HostHealth Up(double at = 0) => HostHealth.New(S(at)).Ask(S(at)).Weigh(good, true, S(at)).Next;

    [Fact]
    public void A_new_host_gets_requests_after_its_first_good_page()
    {
        var health = HostHealth.New(default);
        Assert.False(health.IsUp);
        Assert.True(health.IsDue(false, default));
        var (next, actions) = health.Ask(default).Weigh(good, true, S(0.1));
        Assert.Equal((true, HealthActions.MarkUp, S(0.1)), (next.IsUp, actions, next.Since));
        Assert.Null(next.Reason);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(302, true)]
    [InlineData(404, true)]
    [InlineData(421, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public void A_page_is_good_unless_it_is_an_error_or_the_app_is_not_known_there(int status, bool isGood) =>
        Assert.Equal(isGood, HostHealth.New(default).Weigh(new HostEvidence(HostEvidenceKind.Answered, status), true, S(1)).Next.IsUp);

    [Theory]
    [InlineData(0.65, null, true, true)]
    [InlineData(0.7, null, true, false)]
    [InlineData(0.7, null, false, true)]
    [InlineData(60, null, false, true)]
    [InlineData(1.0, 0.5, true, true)]
    [InlineData(1.2, 0.5, true, false)]
    public void Silence_since_it_was_asked_or_last_answered_marks_it_down_while_another_is_well(double now, double? lastAnswer, bool othersWell, bool staysUp)
    {
        var (next, actions) = Up().Ask(default).Look(lastAnswer is { } at ? S(at) : null, othersWell, S(now));
        Assert.Equal((staysUp, staysUp ? HealthActions.None : HealthActions.MarkDown | HealthActions.Abort, !staysUp), (next.IsUp, actions, next.DownOnTimeouts));
    }

    [Fact]
    public void Not_asked_is_not_silent_and_an_answer_ends_the_question()
    {
        Assert.True(Up().Look(null, true, S(60)).Next.IsUp);
        Assert.True(Up().Ask(S(1)).Weigh(good, true, S(1.5)).Next.Look(null, true, S(9)).Next.IsUp);
        // Asked again and again, it counts from the first time.
        Assert.False(Up().Ask(S(1)).Ask(S(1.4)).Look(null, true, S(1.7)).Next.IsUp);
    }

    [Fact]
    public void What_this_process_did_not_hear_while_it_was_held_up_says_nothing()
    {
        var health = Up().Ask(S(1)).Stalled(S(5));
        Assert.True(health.Look(null, true, S(5.6)).Next.IsUp);
        Assert.False(health.Look(null, true, S(5.7)).Next.IsUp);
        Assert.True(Up().Stalled(S(5)).Look(null, true, S(9)).Next.IsUp);
    }

    [Fact]
    public void A_refusal_counts_at_once_and_ends_nothing_that_is_inside()
    {
        var (next, actions) = Up().Weigh(new HostEvidence(HostEvidenceKind.Refused, 0, "no"), false, S(1));
        Assert.Equal((false, HealthActions.MarkDown, "no", false), (next.IsUp, actions, next.Reason, next.DownOnTimeouts));
    }

    [Theory]
    [InlineData(HostEvidenceKind.Broke, 0, false, true)]
    [InlineData(HostEvidenceKind.Answered, 500, true, true)]
    [InlineData(HostEvidenceKind.Answered, 500, false, false)]
    public void Breaks_and_bad_pages_count_at_the_second_in_a_row(HostEvidenceKind kind, int status, bool othersWell, bool down)
    {
        var evidence = new HostEvidence(kind, status);
        var once = Up().Weigh(evidence, othersWell, S(1)).Next;
        Assert.Equal((true, true), (once.IsUp, once.PageFails));
        Assert.Equal(!down, once.Weigh(evidence, othersWell, S(2)).Next.IsUp);
        Assert.True(once.Weigh(good, othersWell, S(2)).Next.Weigh(evidence, othersWell, S(3)).Next.IsUp);
    }

    [Fact]
    public void It_comes_back_after_two_good_pages_in_a_row()
    {
        var down = Up().Ask(S(1)).Look(null, true, S(2)).Next;
        var one = down.Ask(S(3)).Weigh(good, true, S(3)).Next;
        Assert.False(one.IsUp);
        Assert.True(one.Weigh(good, true, S(4)).Next.IsUp);
        Assert.False(one.Weigh(new HostEvidence(HostEvidenceKind.Missed), true, S(4)).Next.Weigh(good, true, S(5)).Next.IsUp);
        var bad = one.Weigh(new HostEvidence(HostEvidenceKind.Answered, 503), true, S(4)).Next;
        Assert.Equal("its page answers 503", bad.Reason);
        Assert.False(bad.Weigh(good, true, S(5)).Next.IsUp);
    }

    [Fact]
    public void It_is_asked_five_times_a_second_and_sooner_after_trouble()
    {
        var health = Up().Ask(S(1));
        Assert.False(health.IsDue(false, S(1.15)));
        Assert.True(health.IsDue(false, S(1.2)));
        Assert.True(health.IsDue(true, S(1.05)));
        Assert.True(HostHealth.Interval + HostHealth.Silence + TimeSpan.FromMilliseconds(100) <= S(1));
    }
}
