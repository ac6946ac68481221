using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

public class PoolChangeTests
{
    readonly PoolWorld _world = new();

    public PoolChangeTests()
    {
        _world.Rules = _world.Rules with { Min = 4, Max = 4 };
        _world.Pass(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void On_hold_one_new_worker_serves_beside_all_the_old_ones()
    {
        To(hold: true);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 2, 3, 4, 5], _world.Numbers(WorkerPhase.Ready));
        _world.State = PoolChange.Proceed(_world.State);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([5, 6, 7, 8], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void Of_the_old_workers_the_newest_goes_first()
    {
        To(hold: true);
        _world.Pass(TimeSpan.FromSeconds(3));
        _world.State = PoolChange.Proceed(_world.State);
        _world.Turn();
        Assert.Equal([1, 2, 3, 5], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void Going_back_keeps_the_old_workers_and_lets_the_new_one_go_at_once()
    {
        To(hold: true);
        _world.Pass(TimeSpan.FromSeconds(3));
        Back();
        _world.Turn();
        Assert.Equal([1, 2, 3, 4], _world.Numbers(WorkerPhase.Ready));
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 2, 3, 4], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void Going_back_from_the_end_of_the_way_keeps_half_of_what_is_wanted_at_each_moment()
    {
        To(hold: false);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([5, 6, 7, 8], _world.Numbers(WorkerPhase.Ready));
        Back();
        var fewest = int.MaxValue;
        for (var i = 0; i < 300; i++)
        {
            _world.Pass(TimeSpan.FromMilliseconds(100));
            fewest = Math.Min(fewest, _world.Ready);
        }
        Assert.Equal(2, fewest);
        Assert.Equal([9, 10, 11, 12], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void The_next_agent_goes_on_with_workers_that_are_of_the_new_release_already()
    {
        To(hold: false);
        _world.Pass(TimeSpan.FromSeconds(3));
        var generation = _world.State.Generation;
        To(hold: false);
        Assert.Equal(generation, _world.State.Generation);
    }

    [Fact]
    public void Old_workers_that_die_or_never_get_ready_do_not_count_against_the_new_release()
    {
        foreach (var process in _world.Processes.Values)
            process.Ended = "exit code 1";
        _world.GetsReady = _ => false;
        _world.Pass(TimeSpan.FromSeconds(10));
        Assert.NotEmpty(_world.Numbers(WorkerPhase.Starting));
        var first = _world.State.NextNumber;
        _world.GetsReady = number => number >= first;
        _world.State = PoolChange.To(_world.State, _ => false, hold: true);
        _world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), (_world.State.Failures, _world.State.NotReady));
        Assert.Equal([first, first + 1, first + 2, first + 3], _world.Numbers(WorkerPhase.Ready));
    }

    [Theory]
    [InlineData(3, false, 3)]
    [InlineData(50, true, 4)]
    [InlineData(1, true, 1)]
    [InlineData(100, true, 7)]
    [InlineData(1000, false, 7)]
    public void After_the_first_a_share_is_replaced_at_a_time(int number, bool percent, int together)
    {
        var world = new PoolWorld();
        world.Rules = world.Rules with { Min = 8, Max = 8, AtOnce = new WorkerShare(number, percent) };
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(8, world.Ready);

        var slow = true;
        world.GetsReady = worker => worker < 10 || !slow;
        world.State = PoolChange.To(world.State, _ => false, hold: true);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], world.Numbers(WorkerPhase.Ready));

        world.State = PoolChange.Proceed(world.State);
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(together, world.Numbers(WorkerPhase.Starting).Count());
        Assert.Equal(8, world.Ready);

        slow = false;
        world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([9, 10, 11, 12, 13, 14, 15, 16], world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void A_share_shrinks_to_one_after_a_failure_and_while_memory_is_short()
    {
        var world = new PoolWorld();
        world.Rules = world.Rules with { Min = 4, Max = 4, AtOnce = new WorkerShare(4, false), ReadyWithin = TimeSpan.FromSeconds(5) };
        world.Pass(TimeSpan.FromSeconds(2));
        world.State = PoolChange.To(world.State, _ => false, hold: false);
        world.GetsReady = worker => worker < 6;
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(3, world.Numbers(WorkerPhase.Starting).Count());
        world.Pass(TimeSpan.FromSeconds(10));
        Assert.True(world.Numbers(WorkerPhase.Starting).Count() <= 1);
        Assert.Equal(4, world.Ready);

        world = new PoolWorld { GrowthHeld = true };
        world.Rules = world.Rules with { Min = 4, Max = 4, AtOnce = new WorkerShare(4, false) };
        world.Pass(TimeSpan.FromSeconds(2));
        world.State = PoolChange.To(world.State, _ => false, hold: false);
        world.GetsReady = worker => worker < 6;
        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([6], world.Numbers(WorkerPhase.Starting));
    }

    [Fact]
    public void A_pool_that_was_to_end_can_be_told_to_run_again()
    {
        _world.State = _world.State with { Ending = true };
        _world.Turn();
        To(hold: false);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(4, _world.Ready);
    }

    [Fact]
    public void A_restart_replaces_every_worker_whichever_generation_it_is_of()
    {
        To(hold: false);
        _world.Pass(TimeSpan.FromSeconds(3));
        _world.State = PoolChange.Restart(_world.State);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.All(_world.State.Workers, worker => Assert.Equal(_world.State.Generation, worker.Generation));
        Assert.Equal(4, _world.Ready);
    }

    void To(bool hold) => _world.State = PoolChange.To(_world.State, id => Number(id) > 4, hold);

    void Back() => _world.State = PoolChange.Back(_world.State, id => Number(id) <= 4);

    static int Number(string id) => int.Parse(id.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture);
}
