using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

/// <summary>What a pool does while memory runs out.</summary>
public class PoolMemoryTests
{
    readonly PoolWorld _world = new();

    [Fact]
    public void Load_starts_no_worker_while_growth_is_held_and_one_at_once_when_it_is_not()
    {
        _world.Rules = _world.Rules with { Max = 6 };
        Steady();
        (_world.GrowthHeld, _world.Queued, _world.Load) = (true, 20, 30);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(2, _world.State.Workers.Count);
        Assert.Equal("web stays at 2 workers: the load asks for one more worker, and the memory guard lets none start", _world.Last!.Sentence);
        _world.GrowthHeld = false;
        _world.Turn();
        Assert.Equal(3, _world.State.Workers.Count);
    }

    [Fact]
    public void What_has_ended_is_replaced_and_an_operators_bounds_hold_all_the_same()
    {
        Steady();
        (_world.GrowthHeld, _world.SurgeHeld) = (true, true);
        _world[1].Ended = "killed by SIGKILL";
        _world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        _world.Rules = _world.Rules with { Min = 3, Max = 3 };
        _world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal([2, 3, 4], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void Age_and_requests_wait_and_a_worker_over_its_memory_does_not()
    {
        _world.Rules = _world.Rules with { RecycleRequests = 100, RecycleAge = TimeSpan.FromMinutes(5), RecycleMemoryBytes = 400_000_000 };
        Steady();
        _world.GrowthHeld = true;
        _world[1].Requests = 1000;
        _world.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        _world[2].MemoryBytes = 500_000_000;
        _world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([1, 3], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void A_rolling_restart_takes_no_more_memory_than_there_was()
    {
        _world.Rules = _world.Rules with { Min = 3, Max = 3 };
        Steady();
        _world.SurgeHeld = true;
        _world.State = PoolChange.Restart(_world.State);
        var (fewest, most) = (3, 0);
        for (var i = 0; i < 200; i++)
        {
            _world.Pass(TimeSpan.FromMilliseconds(100));
            (fewest, most) = (Math.Min(fewest, _world.Ready), Math.Max(most, _world.State.Workers.Count));
        }
        Assert.Equal([4, 5, 6], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal((2, 3), (fewest, most));
    }

    [Fact]
    public void The_only_worker_stays_until_another_serves()
    {
        _world.Rules = _world.Rules with { Min = 1, Max = 1 };
        Steady();
        _world.SurgeHeld = true;
        _world.GetsReady = _ => false;
        _world.State = PoolChange.Restart(_world.State);
        _world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal([1], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal([2], _world.Numbers(WorkerPhase.Starting));
    }

    [Fact]
    public void A_bad_release_costs_one_worker_where_there_is_no_memory_for_both()
    {
        Steady();
        _world.SurgeHeld = true;
        _world.GetsReady = number => number <= 2;
        _world.State = PoolChange.Restart(_world.State);
        _world.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal([1], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void While_requests_are_shed_nothing_is_rolled()
    {
        Steady();
        (_world.SurgeHeld, _world.Shedding) = (true, true);
        _world.State = PoolChange.Restart(_world.State);
        _world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal("web waits with its outdated workers: requests are shed for want of memory", _world.Last!.Sentence);
        _world.Shedding = false;
        _world.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([3, 4], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void One_that_the_guard_wants_gone_is_replaced_the_new_one_ready_first()
    {
        Steady();
        (_world.GrowthHeld, _world.SurgeHeld) = (true, true);
        _world[1].Unwanted = "memory runs out and it holds 500 MB";
        var fewest = 2;
        for (var i = 0; i < 50; i++)
        {
            _world.Pass(TimeSpan.FromMilliseconds(100));
            fewest = Math.Min(fewest, _world.Ready);
        }
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal(2, fewest);
    }

    [Fact]
    public void Where_there_is_no_room_for_both_the_old_one_is_gone_before_the_new_one_starts()
    {
        Steady();
        _world[1].Busy = true;
        (_world[1].Unwanted, _world[1].OutFirst) = ("memory runs out and it holds 500 MB", true);
        _world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal([1], _world.Numbers(WorkerPhase.Draining));
        Assert.Equal([2], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal(2, _world.State.Workers.Count);
        _world[1].Busy = false;
        _world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void One_that_waits_for_its_replacement_can_be_hurried()
    {
        Steady();
        _world.GetsReady = number => number <= 2;
        _world[1].Unwanted = "memory runs out";
        _world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        _world[1].OutFirst = true;
        _world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([2], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal([3], _world.Numbers(WorkerPhase.Starting));
    }

    void Steady() => _world.Pass(TimeSpan.FromSeconds(3));
}
