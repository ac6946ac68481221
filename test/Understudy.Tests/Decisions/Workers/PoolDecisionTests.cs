using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

public class PoolDecisionTests
{
    readonly PoolWorld _world = new();

    [Fact]
    public void Starts_its_lower_bound_at_once_and_routes_what_is_ready()
    {
        _world.Turn();
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Starting));
        _world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal("steady", _world.Last!.Condition);
    }

    [Fact]
    public void A_worker_that_ends_is_replaced_by_one_with_a_new_number()
    {
        Steady();
        _world[1].Ended = "killed by SIGKILL";
        _world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        Assert.Contains("worker.crashed", _world.Told);
    }

    [Fact]
    public void A_worker_that_is_not_ready_in_time_is_stopped_and_counts_as_a_failure()
    {
        _world.GetsReady = _ => false;
        _world.Pass(TimeSpan.FromSeconds(61));
        Assert.True(_world.State.Failures >= 2);
        Assert.Equal("not ready within 60 s", _world.State.LastFailure);
        Assert.DoesNotContain(_world.State.Workers, worker => worker.Id is "shop.web.1" or "shop.web.2");
    }

    [Fact]
    public void A_worker_whose_port_is_a_strangers_never_serves_and_another_is_started()
    {
        _world.Turn();
        _world[1].Stranger = "port 5000 is held by nginx, pid 7";
        _world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal((1, "port 5000 is held by nginx, pid 7"), (_world.State.Failures, _world.State.LastFailure));
    }

    [Fact]
    public void Restart_rolls_one_at_a_time_and_never_below_what_is_wanted()
    {
        _world.Rules = _world.Rules with { Min = 4, Max = 4 };
        Steady();
        _world.State = _world.State with { Generation = 2 };
        var fewest = int.MaxValue;
        var most = 0;
        for (var i = 0; i < 200; i++)
        {
            _world.Pass(TimeSpan.FromMilliseconds(100));
            fewest = Math.Min(fewest, _world.Ready);
            most = Math.Max(most, _world.State.Workers.Count);
        }
        Assert.Equal(4, fewest);
        Assert.True(most <= 6, $"{most} at once");
        Assert.All(_world.State.Workers, worker => Assert.Equal(2, worker.Generation));
        Assert.Equal("steady", _world.Last!.Condition);
    }

    [Fact]
    public void With_report_what_hangs_past_its_deadline_is_let_go_of_and_the_roll_goes_on()
    {
        _world.Rules = _world.Rules with { ReportsStale = true };
        _world.ObeysSignal = _ => false;
        Steady();
        _world.State = _world.State with { Generation = 2 };
        _world.Pass(TimeSpan.FromSeconds(100));
        Assert.Equal("steady", _world.Last!.Condition);
        Assert.Equal([3, 4], _world.Numbers(WorkerPhase.Ready));
        Assert.Empty(_world.Killed);
        Assert.Equal(["shop.web.1", "shop.web.2"], _world.Abandoned.Keys.Order());
        Assert.All(_world.Abandoned.Values, reason => Assert.Equal("was to leave (replaced by a newer one) and was still there 30 s after it was asked to leave", reason));
    }

    [Fact]
    public void A_pool_that_ends_kills_what_hangs_also_with_report()
    {
        _world.Rules = _world.Rules with { ReportsStale = true };
        _world.ObeysSignal = _ => false;
        Steady();
        _world.State = _world.State with { Ending = true };
        _world.Pass(TimeSpan.FromSeconds(40));
        Assert.Equal(["shop.web.1", "shop.web.2"], _world.Killed.Order());
        Assert.Empty(_world.State.Workers);
    }

    [Fact]
    public void A_restart_whose_new_workers_fail_leaves_the_old_ones_serving_and_says_crash_loop()
    {
        Steady();
        _world.GetsReady = number => number <= 2;
        _world.Rules = _world.Rules with { ReadyWithin = TimeSpan.FromSeconds(5) };
        _world.State = _world.State with { Generation = 2 };
        _world.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        Assert.Equal("crash loop", _world.Last!.Condition);
        Assert.Single(_world.Told, "pool.crash-loop");
    }

    [Fact]
    public void A_crash_loop_tries_once_a_minute_and_recovers_by_itself()
    {
        _world.GetsReady = _ => false;
        _world.Turn();
        for (var i = 0; i < 3000 && _world.State.Failures < CrashLoop.Limit; i++)
        {
            foreach (var process in _world.Processes.Values)
                process.Ended ??= "exit code 1";
            _world.Pass(TimeSpan.FromMilliseconds(100));
        }
        var started = _world.State.NextNumber;
        for (var i = 0; i < 100; i++)
        {
            foreach (var process in _world.Processes.Values)
                process.Ended ??= "exit code 1";
            _world.Pass(TimeSpan.FromSeconds(1.8));
        }
        Assert.InRange(_world.State.NextNumber - started, 2, 4);
        _world.GetsReady = _ => true;
        _world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(2, _world.Ready);
        Assert.Equal("steady", _world.Last!.Condition);
        Assert.Contains("pool.recovered", _world.Told);
    }

    [Fact]
    public void A_leaving_worker_is_drained_then_signalled_then_killed_at_its_hard_deadline()
    {
        Steady();
        _world[2].Busy = true;
        _world.ObeysSignal = _ => false;
        _world.Rules = _world.Rules with { Min = 1, Max = 1 };
        _world.Pass(TimeSpan.FromSeconds(24));
        Assert.Equal([2], _world.Numbers(WorkerPhase.Draining));
        Assert.Null(_world[2].Signalled);
        _world.Pass(TimeSpan.FromSeconds(3));
        Assert.NotNull(_world[2].Signalled);
        Assert.Empty(_world.Killed);
        _world.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(["shop.web.2"], _world.Killed);
        Assert.Single(_world.State.Workers);
    }

    [Fact]
    public void A_drained_worker_is_signalled_at_once()
    {
        Steady();
        _world.Rules = _world.Rules with { Min = 1, Max = 1 };
        _world.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(_world.State.Workers);
        Assert.Empty(_world.Killed);
    }

    [Fact]
    public void What_a_dead_leader_leaves_behind_is_asked_to_go_and_killed_at_the_deadline()
    {
        Steady();
        _world[1].LeavesOthers = true;
        _world[1].Ended = "exit code 0";
        _world.Pass(TimeSpan.FromSeconds(2));
        Assert.NotNull(_world[1].Signalled);
        Assert.Empty(_world.Killed);
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        _world.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(["shop.web.1"], _world.Killed);
        Assert.Equal(2, _world.State.Workers.Count);
    }

    [Fact]
    public void A_shell_that_ends_before_its_server_does_not_cost_the_server_its_time()
    {
        Steady();
        _world[2].LeavesOthers = true;
        _world.Rules = _world.Rules with { Min = 1, Max = 1 };
        _world.Pass(TimeSpan.FromSeconds(20));
        Assert.NotNull(_world[2].Ended);
        Assert.Empty(_world.Killed);
        Assert.Equal([2], _world.Numbers(WorkerPhase.Stopping));
    }

    [Fact]
    public void A_worker_that_stays_down_is_replaced_and_one_that_comes_back_is_kept()
    {
        Steady();
        _world[1].DownSince = _world.Now;
        _world.Pass(TimeSpan.FromSeconds(2));
        _world[1].DownSince = null;
        _world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2], _world.Numbers(WorkerPhase.Ready));
        _world[1].DownSince = _world.Now;
        _world.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
    }

    [Fact]
    public void A_stopped_worker_is_killed_at_once_for_the_locks_that_it_may_hold()
    {
        Steady();
        (_world[1].DownSince, _world[1].Stopped) = (_world.Now, true);
        _world.Pass(PoolDecision.StoppedPatience / 2);
        Assert.Empty(_world.Killed);
        _world.Pass(PoolDecision.StoppedPatience);
        Assert.Equal(["shop.web.1"], _world.Killed);
        Assert.DoesNotContain(_world.State.Workers, worker => worker.Id == "shop.web.1");
    }

    [Theory]
    [InlineData(1000, 0, 0)]
    [InlineData(0, 400_000_000, 0)]
    [InlineData(0, 0, 24)]
    public void A_worker_past_its_use_is_replaced_with_the_new_one_ready_first(long requests, long memory, int hours)
    {
        _world.Rules = _world.Rules with { RecycleRequests = 1000, RecycleMemoryBytes = 400_000_000, RecycleAge = TimeSpan.FromHours(24) };
        Steady();
        _world[1].Requests = requests;
        _world[1].MemoryBytes = memory;
        if (hours > 0)
            _world.State = _world.State with { Workers = [.. _world.State.Workers.Select(worker => worker.Id == "shop.web.1" ? worker with { StartedAt = _world.Now - TimeSpan.FromHours(hours) } : worker)] };
        for (var i = 0; i < 50; i++)
        {
            _world.Pass(TimeSpan.FromMilliseconds(100));
            Assert.True(_world.Ready >= 2);
        }
        Assert.Equal([2, 3], _world.Numbers(WorkerPhase.Ready));
        Assert.Contains("worker.recycled", _world.Told);
    }

    [Fact]
    public void Grows_while_requests_wait_and_shrinks_again_when_it_is_quiet()
    {
        _world.Rules = _world.Rules with { Max = 6 };
        Steady();
        (_world.Queued, _world.Load) = (20, 30);
        _world.Pass(TimeSpan.FromSeconds(15));
        Assert.Equal(6, _world.Ready);
        (_world.Queued, _world.Load) = (0, 1);
        _world.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(2, _world.Ready);
    }

    [Fact]
    public void Ending_lets_everything_go_and_starts_nothing()
    {
        Steady();
        _world.State = _world.State with { Ending = true };
        _world.Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(_world.State.Workers);
        Assert.Equal(3, _world.State.NextNumber);
    }

    [Fact]
    public void An_idle_pool_asks_for_no_early_turn_and_says_so()
    {
        Steady();
        Assert.Null(_world.Last!.WakeAt);
        Assert.Equal("no action: 2 ready of 2", _world.Last.Sentence);
    }

    void Steady()
    {
        _world.Pass(TimeSpan.FromSeconds(90));
        Assert.Equal("steady", _world.Last!.Condition);
        _world.Told.Clear();
    }
}
