using Understudy.Decisions.Sampling;
using static Understudy.Decisions.Sampling.GuardStep;

namespace Understudy.Tests.Decisions.Sampling;

public class GuardDecisionTests
{
    const long MB = 1_000_000;

    static readonly TimeSpan Start = TimeSpan.FromHours(1);

    /// <summary>All in MB, of a host with 1,000 MB and no swap.</summary>
    [Theory]
    [InlineData(500, 0, 0, Calm)]
    [InlineData(201, 0, 0, Calm)]
    [InlineData(199, 0, 0, Hold)]
    [InlineData(149, 0, 0, Reap)]
    [InlineData(119, 0, 0, Recycle)]
    [InlineData(51, 0, 0, Recycle)]
    [InlineData(49, 0, 0, Shed)]
    // A fall counts once it is near: how much is left, and for how long that will do.
    [InlineData(900, 100, 0, Calm)]
    [InlineData(590, 4, 0, Calm)]
    [InlineData(590, 5, 0, Hold)]
    [InlineData(490, 9, 0, Reap)]
    [InlineData(390, 14, 0, Recycle)]
    [InlineData(140, 20, 0, Recycle)]
    [InlineData(140, 30, 0, Shed)]
    // Pressure counts where next to nothing can be had without swapping.
    [InlineData(300, 0, 99, Calm)]
    [InlineData(140, 0, 25, Reap)]
    [InlineData(140, 0, 35, Recycle)]
    [InlineData(140, 0, 65, Shed)]
    public void Level_slope_and_pressure_ask_for_a_step(long left, long falling, double pressure, GuardStep asked) =>
        Assert.Equal(asked, GuardDecision.Asked(Sight(left, falling, pressure)));

    [Theory]
    [InlineData(1_500, Hold)]
    [InlineData(2_500, Calm)]
    [InlineData(1_100, Reap)]
    [InlineData(700, Recycle)]
    [InlineData(400, Shed)]
    public void A_small_share_of_a_large_host_is_no_want(long left, GuardStep asked) =>
        Assert.Equal(asked, GuardDecision.Asked(new GuardSight(new MemoryLevel(64_000 * MB, left * MB, 0, 0), default, 0)));

    [Theory]
    [InlineData(20, 500, Calm)]
    [InlineData(20, 150, Reap)]
    [InlineData(20, 20, Shed)]
    public void What_is_left_counts_swap_too(long available, long swapFree, GuardStep asked) =>
        Assert.Equal(asked, GuardDecision.Asked(new GuardSight(new MemoryLevel(500 * MB, available * MB, 700 * MB, swapFree * MB), default, 0)));

    [Fact]
    public void Memory_full_of_waiting_processes_asks_for_everything() =>
        Assert.Equal(Shed, GuardDecision.Asked(Sight(400) with { Stuck = true }));

    [Fact]
    public void A_moment_is_no_want()
    {
        var turns = new Turns();
        turns.For(0.8, Sight(100));
        turns.For(5, Sight(500));
        Assert.Equal(Calm, turns.State.Step);
    }

    [Fact]
    public void Steps_are_taken_in_order_each_with_time_to_show_its_effect()
    {
        var turns = new Turns();
        turns.For(20, Sight(100));
        Assert.Equal([Hold, Reap, Recycle], turns.Taken.Select(taken => taken.Step));
        for (var i = 1; i < turns.Taken.Count; i++)
            Assert.True(turns.Taken[i].At - turns.Taken[i - 1].At >= GuardDecision.Settle);
        Assert.Equal(0, turns.State.ShedPerMille);
        Assert.False(turns.State.LastResort);
    }

    [Fact]
    public void What_is_nearly_gone_is_not_waited_for()
    {
        var turns = new Turns();
        turns.For(1, Sight(40));
        Assert.Equal([Shed], turns.Taken.Select(taken => taken.Step));
        Assert.Equal(500, turns.State.ShedPerMille);
        turns.For(0.5, Sight(25));
        Assert.Equal(1000, turns.State.ShedPerMille);
        Assert.False(turns.State.LastResort);
        turns.For(0.5, Sight(15));
        Assert.True(turns.State.LastResort);
    }

    [Theory]
    [InlineData(115, 0, false)]
    [InlineData(79, 0, true)]
    [InlineData(190, 25, true)]
    [InlineData(190, 20, false)]
    [InlineData(210, 100, false)]
    public void What_leaves_is_not_waited_for_short_of_where_requests_are_shed(long left, long falling, bool impatient)
    {
        var turns = new Turns();
        turns.For(10, Sight(110));
        turns.For(0.2, Sight(left, falling));
        Assert.Equal((Recycle, impatient), (turns.State.Step, turns.State.Impatient));
    }

    [Fact]
    public void Processes_that_are_stuck_are_the_last_resorts()
    {
        var turns = new Turns();
        turns.For(1, Sight(400) with { Stuck = true });
        Assert.True(turns.State.LastResort);
        Assert.Equal(1000, turns.State.ShedPerMille);
    }

    [Fact]
    public void Each_step_is_left_later_and_higher_than_it_was_come_to()
    {
        var turns = new Turns();
        turns.For(10, Sight(40));
        Assert.Equal(Shed, turns.State.Step);
        // More than led to the step, and less than ends it.
        turns.For(60, Sight(70));
        Assert.Equal(Shed, turns.State.Step);
        turns.For(5.5, Sight(90));
        Assert.Equal(Recycle, turns.State.Step);
        Assert.Equal(0, turns.State.ShedPerMille);
        turns.For(60, Sight(160));
        Assert.Equal(Recycle, turns.State.Step);
        turns.For(15.5, Sight(180));
        Assert.Equal(Reap, turns.State.Step);
        turns.For(15.5, Sight(220));
        Assert.Equal(Hold, turns.State.Step);
        turns.For(60, Sight(220));
        Assert.Equal(Hold, turns.State.Step);
        turns.For(30.5, Sight(300));
        Assert.Equal(Calm, turns.State.Step);
    }

    [Fact]
    public void Memory_that_flaps_about_a_threshold_does_not_flap_the_step()
    {
        var turns = new Turns();
        for (var i = 0; i < 100; i++)
        {
            turns.For(2, Sight(190));
            turns.For(2, Sight(260));
        }
        Assert.Single(turns.Taken);
    }

    [Fact]
    public void A_turn_allocates_nothing()
    {
        var turns = new Turns();
        turns.For(5, Sight(40, 20));
        var state = turns.State;
        var sight = Sight(30, 50);
        var now = Start + TimeSpan.FromMinutes(1);
        state = GuardDecision.Turn(state, sight, now);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            state = GuardDecision.Turn(state, sight, now += TimeSpan.FromMilliseconds(100));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(Shed, state.Step);
    }

    [Theory]
    [InlineData(900, 0, 40, 0, true)]
    [InlineData(40, 0, 900, 0, false)]
    [InlineData(800, 0, 700, 0, true)]
    [InlineData(500, 20, 400, 0, false)]
    public void Of_host_and_group_the_worse_one_counts(long host, long hostFalling, long group, long groupFalling, bool ofGroup) =>
        Assert.Equal(ofGroup, GuardSight.Worse(Sight(host, hostFalling), Sight(group, groupFalling) with { OfGroup = true }).OfGroup);

    [Fact]
    public void What_it_says_has_the_numbers()
    {
        var sight = new GuardSight(new MemoryLevel(400 * MB, 60 * MB, 200 * MB, 40 * MB), new MemoryPressure(12.34, 3.2), 20 * MB, OfGroup: true);
        Assert.Equal(
            "memory guard: the largest worker over its budget is replaced: 100 MB of 600 MB of the workers' group left (40 MB of it swap), falling by 20 MB/s: gone in 5 s; pressure some 12.3 %, full 3.2 %",
            GuardSentence.Raised(Recycle, sight, GuardMode.Act));
        Assert.Equal("memory guard: would stop pools from growing: 150 MB of 1000 MB left, no swap", GuardSentence.Raised(Hold, Sight(150), GuardMode.Report));
        Assert.Equal("memory guard: every request is served again: 900 MB of 1000 MB left, no swap", GuardSentence.Cleared(Shed, Sight(900)));
    }

    static GuardSight Sight(long left, long falling = 0, double pressure = 0) =>
        new(new MemoryLevel(1000 * MB, left * MB, 0, 0), new MemoryPressure(pressure, pressure / 3), falling * MB);

    sealed class Turns
    {
        TimeSpan _now = Start;

        public GuardState State { get; private set; }

        /// <summary>Steps upward and downward, each once.</summary>
        public List<(GuardStep Step, TimeSpan At)> Taken { get; } = [];

        public void For(double seconds, GuardSight sight)
        {
            for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; _now += TimeSpan.FromMilliseconds(100))
            {
                var before = State.Step;
                State = GuardDecision.Turn(State, sight, _now);
                if (State.Step != before)
                    Taken.Add((State.Step, _now));
            }
        }
    }
}
