using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;
using Understudy.Sampling;
using Understudy.State;

namespace Understudy.Tests.Sampling;

/// <summary>`reap` on real cgroups beside an agent that is dead, or lives and says nothing.</summary>
public sealed class ReapLookTests : IDisposable
{
    const string Sleeps = "echo $BASHPID; exec sleep 600";

    readonly RealGroups _real = new();
    readonly ReapLook _look;

    public ReapLookTests() => _look = new ReapLook(_real.Paths, _real.Own, new LocalAgent(_real.Paths.AgentSocket, why => $"no agent: {why}"), new ProcessTable());

    public void Dispose() => _real.Dispose();

    [Fact]
    public async Task With_a_dead_agent_what_is_written_down_is_kept_and_the_rest_is_ended()
    {
        WrittenDown(next: 3, "shop.web.1");
        var kept = _real.Runs("shop.web.1", Sleeps);
        var stale = _real.Runs("shop.web.2", "trap '' TERM; (setsid env -i sleep 600 &) & echo $BASHPID; kill -STOP $BASHPID; sleep 600");
        var newer = _real.Runs("shop.web.3", Sleeps);
        var command = _real.Runs("shop.build-7", Sleeps);

        var verdicts = ReapDecision.Judge(_look.Take(null), BootClock.Now);
        Assert.Equal("does not run", _look.Agent);
        Assert.Equal(
            [("shop.build-7", ReapRuling.Stale), ("shop.web.1", ReapRuling.Kept), ("shop.web.2", ReapRuling.Stale), ("shop.web.3", ReapRuling.Doubtful)],
            verdicts.Select(verdict => (verdict.Id, verdict.Ruling)).OrderBy(one => one.Id, StringComparer.Ordinal));

        Assert.Empty(await new Reaper(_look).End([.. verdicts.Where(verdict => verdict.Ruling == ReapRuling.Stale)], null));
        Assert.Equal((true, false, true, false), (RealGroups.Lives(kept), RealGroups.Lives(stale), RealGroups.Lives(newer), RealGroups.Lives(command)));
        Assert.Empty(_real.Own.Processes("shop.web.2", 0));
    }

    [Fact]
    public void While_an_agent_lives_that_says_nothing_its_commands_are_in_doubt()
    {
        WrittenDown(next: 3, "shop.web.1");
        _real.Runs("shop.web.2", Sleeps);
        _real.Runs("shop.build-7", Sleeps);
        using (AgentLock.Take(_real.Paths.AgentLock))
            Assert.Equal([ReapRuling.Doubtful, ReapRuling.Stale], Rulings());
        Assert.Equal($"does not answer (pid {Environment.ProcessId})", _look.Agent);
        Assert.Equal([ReapRuling.Stale, ReapRuling.Stale], Rulings());
    }

    [Fact]
    public void Without_a_ledger_everything_is_in_doubt()
    {
        _real.Runs("shop.web.2", Sleeps);
        var sight = _look.Take(null);
        Assert.Contains($"cannot read the state in {_real.Paths.State}", sight.Unread, StringComparison.Ordinal);
        Assert.Equal(ReapRuling.Doubtful, Assert.Single(ReapDecision.Judge(sight, BootClock.Now)).Ruling);
    }

    [Fact]
    public async Task A_single_process_is_looked_for_outside_of_our_groups_too_and_only_with_our_mark()
    {
        WrittenDown(next: 3);
        var moved = _real.Start(Sleeps, $"{_real.Own.Key}/shop.web.2");
        var stranger = _real.Start(Sleeps, "other/shop.web.2");
        var session = new ReapSession(_look, moved);
        var verdict = Assert.Single(await session.Look());
        Assert.Equal((ReapRuling.Stale, true), (verdict.Ruling, verdict.Moved));
        Assert.Empty(await new ReapSession(_look, stranger).Look());
        Assert.Empty(await new ReapSession(_look, null).Look());
        Assert.Empty(await new Reaper(_look).End([verdict], moved));
        Assert.Equal((false, true), (RealGroups.Lives(moved), RealGroups.Lives(stranger)));
    }

    [Fact]
    public async Task A_pid_that_another_process_has_by_now_is_not_killed()
    {
        WrittenDown(next: 3);
        var innocent = _real.Start(Sleeps, null);
        var before = new OwnedProcess(new ProcessKey(innocent, ProcessStat.Read(innocent)!.Value.StartTicks - 1), 1, "sleep", 'S');
        foreach (var verdict in (ReapVerdict[])[new(new OwnedGroup("shop.build-7", [before]), ReapRuling.Stale, "was"), new(new OwnedGroup("shop.web.2", [before]), ReapRuling.Stale, "has moved", Moved: true)])
            await new Reaper(_look).End([verdict], null);
        Assert.True(RealGroups.Lives(innocent));
    }

    ReapRuling[] Rulings() => [.. ReapDecision.Judge(_look.Take(null), BootClock.Now).OrderBy(verdict => verdict.Id, StringComparer.Ordinal).Select(verdict => verdict.Ruling)];

    void WrittenDown(int next, params string[] workers)
    {
        using var database = new Database(_real.Paths.State);
        var ledger = new Ledger(database);
        ledger.Write(new LedgerPool("shop.web", 1, next, 1, "hash", null, null, TimeSpan.FromSeconds(30)));
        foreach (var id in workers)
            ledger.Write(new LedgerWorker { State = new WorkerState { Id = id, Generation = 1, Phase = WorkerPhase.Ready, StartedAt = BootClock.Now }, Release = "local" });
    }
}
