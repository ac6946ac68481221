using Microsoft.AspNetCore.Http.Features;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>Where requests go that were inside a worker when it broke.</summary>
public class PoolDispatchTests
{
    [Fact]
    public void Requests_under_which_a_worker_broke_do_not_meet_in_the_next()
    {
        var pool = new PoolDispatch(Route(3));
        var broken = pool.Workers[0];
        var first = Suspect(broken);
        var second = Suspect(broken);
        var third = Suspect(broken);
        Assert.Equal(Grant.Handed, pool.Take(first));
        Assert.Equal(Grant.Handed, pool.Take(second));
        Assert.Equal(new[] { pool.Workers[1], pool.Workers[2] }.ToHashSet(), new[] { first.Worker!, second.Worker! }.ToHashSet());
        KeepInside(first, second);
        Assert.Equal(Grant.Queued, pool.Take(third));
        Assert.True(third.InQueue);

        var next = second.Worker;
        pool.Leave(second);
        Assert.False(third.InQueue);
        Assert.Same(next, third.Worker);
    }

    [Fact]
    public void One_that_waits_for_a_worker_of_its_own_holds_up_no_other_request()
    {
        var pool = new PoolDispatch(Route(2));
        var first = Suspect(pool.Workers[0]);
        var second = Suspect(pool.Workers[0]);
        Assert.Equal(Grant.Handed, pool.Take(first));
        KeepInside(first);
        Assert.Equal(Grant.Queued, pool.Take(second));
        for (var i = 0; i < 4; i++)
        {
            var other = New();
            // The queue is not empty: its turn comes at once all the same.
            Assert.Equal(Grant.Queued, pool.Take(other));
            Assert.False(other.InQueue);
            Assert.NotNull(other.Worker);
        }

        Assert.True(second.InQueue);
    }

    [Fact]
    public void After_a_moment_they_are_let_in_beside_one_that_is_merely_slow()
    {
        var pool = new PoolDispatch(Route(2));
        var slow = Suspect(pool.Workers[0]);
        var other = Suspect(pool.Workers[0]);
        Assert.Equal(Grant.Handed, pool.Take(slow));
        KeepInside(slow);
        Assert.Equal(Grant.Queued, pool.Take(other));
        slow.HandedAt = Clock.Ticks - Clock.ToTicks(RetryRules.Apart);
        PoolLimits.Enforce(pool, new HostDispatch(pool, new HopTrust(TimeProvider.System, _ => { })));
        Assert.Same(slow.Worker, other.Worker);
    }

    [Fact]
    public void What_was_aborted_in_a_frozen_worker_goes_where_there_is_room()
    {
        var pool = new PoolDispatch(Route(2));
        for (var i = 0; i < 5; i++)
        {
            var aborted = Suspect(pool.Workers[0]);
            aborted.AllBroken = false;
            Assert.Equal(Grant.Handed, pool.Take(aborted));
            Assert.Same(pool.Workers[1], aborted.Worker);
        }
    }

    [Fact]
    public void The_only_worker_is_asked_whether_it_lives_before_it_gets_again_what_broke_under_it()
    {
        var pool = new PoolDispatch(Route(1));
        var health = new PoolHealth(pool);
        var worker = pool.Workers[0];
        var again = Suspect(worker);
        again.FirstBroke = Clock.Now;
        Assert.Equal(Grant.Queued, pool.Take(again));
        worker.LastProbe = again.FirstBroke - TimeSpan.FromMilliseconds(1);
        health.Observe(worker, new Evidence(EvidenceKind.ProbeAnswered, 200));
        Assert.True(again.InQueue);
        worker.LastProbe = again.FirstBroke + TimeSpan.FromMilliseconds(1);
        health.Observe(worker, new Evidence(EvidenceKind.ProbeAnswered, 200));
        Assert.Same(worker, again.Worker);
    }

    [Fact]
    public void What_the_only_worker_refused_waits_for_the_next()
    {
        var pool = new PoolDispatch(Route(1));
        var again = Suspect(pool.Workers[0]);
        again.FirstBroke = Clock.Now;
        Assert.Equal(Grant.Queued, pool.Take(again));
        new PoolHealth(pool).Observe(pool.Workers[0], new Evidence(EvidenceKind.ProbeRefused));
        Assert.True(again.InQueue);
        pool.Apply(pool.Route with { Workers = [new WorkerRoute("app.web.2", 0, 0, 2, null)] });
        Assert.Equal("app.web.2", again.Worker!.Route.Id);
    }

    [Fact]
    public void A_worker_that_may_be_dying_comes_last_until_it_has_answered_a_probe()
    {
        var pool = new PoolDispatch(Route(2));
        var (dying, well) = (pool.Workers[0], pool.Workers[1]);
        dying.Broke = Clock.Now;
        var inside = Enumerable.Range(0, 7).Select(_ => New()).ToList();
        foreach (var exchange in inside) Assert.Equal(Grant.Handed, pool.Take(exchange));
        Assert.Equal([.. Enumerable.Repeat(well, 5), dying, dying], inside.Select(exchange => exchange.Worker!));

        dying.LastProbe = dying.Broke + TimeSpan.FromMilliseconds(1);
        new PoolHealth(pool).Observe(dying, new Evidence(EvidenceKind.ProbeAnswered, 200));
        pool.Leave(inside[0]);
        var next = New();
        Assert.Equal(Grant.Handed, pool.Take(next));
        Assert.Same(dying, next.Worker);
    }

    static PoolRoute Route(int workers) => ProxyUnderTest.App("app", [], pool => pool with
    {
        Workers = [.. Enumerable.Range(1, workers).Select(number => new WorkerRoute($"app.web.{number}", 0, 0, number, null))],
    }).Pool;

    static Exchange New()
    {
        var exchange = new Exchange(new FeatureCollection(), null!);
        exchange.Begin(new FeatureCollection(), Clock.Ticks);
        return exchange;
    }

    static Exchange Suspect(RoutedWorker broken)
    {
        var exchange = New();
        (exchange.Attempts, exchange.Delivered, exchange.Avoid) = (1, 1, broken);
        return exchange;
    }

    /// <summary>However slow the machine is, they were handed on only now.</summary>
    static void KeepInside(params Exchange[] exchanges)
    {
        foreach (var exchange in exchanges) exchange.HandedAt = Clock.Ticks + Clock.ToTicks(TimeSpan.FromHours(1));
    }
}
