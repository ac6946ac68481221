using System.Globalization;

namespace Understudy.Decisions.Workers;

/// <summary>
/// Keeps one pool: replaces what ended, brings up what is wanted, rolls one at a time with the new worker ready first, and lets nothing outlive its deadline.
/// </summary>
public sealed class PoolDecision
{
    /// <summary>A worker that is marked down this long is replaced. Longer than a full garbage collection (measured: 1.3 s for 1.6 GB).</summary>
    public static readonly TimeSpan DownPatience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The same for one that the kernel says is stopped; it is killed then, for it can neither drain nor hear a signal, and the locks that it
    /// holds stop others too. Short of the 5 s that SQLite's users commonly wait for a lock.
    /// </summary>
    public static readonly TimeSpan StoppedPatience = TimeSpan.FromSeconds(1);

    /// <summary>Time between a worker's signal and KILL when its requests used up the rest; a third of `stop.within` where that is less.</summary>
    public static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(5);

    static readonly TimeSpan KillAgain = TimeSpan.FromSeconds(1);

    readonly PoolRules _rules;
    readonly PoolObservation _observed;
    readonly TimeSpan _now;
    readonly List<WorkerState> _workers;
    readonly List<PoolAction> _actions = [];
    readonly List<TimeSpan> _wakes = [];
    readonly HashSet<string> _abandoned = [];
    PoolState _state;
    string? _sentence;

    PoolDecision(PoolState state, PoolRules rules, PoolObservation observed, TimeSpan now)
    {
        _rules = rules;
        _observed = observed;
        _now = now;
        _workers = [.. state.Workers];
        _state = state with { Workers = _workers };
    }

    int Ready => _state.Count(WorkerPhase.Ready);

    int Starting => _state.Count(WorkerPhase.Starting);

    /// <summary>One turn.</summary>
    public static PoolTurn Turn(PoolState state, PoolRules rules, PoolObservation observed, TimeSpan now)
    {
        var turn = new PoolDecision(state, rules, observed, now);
        turn.TakeOutTheGone();
        turn.AdvanceEach();
        turn.ForgiveFailures();
        turn.Size();
        turn.FlagRecycling();
        turn.Fill();
        turn.LetGo();
        return turn.Result();
    }

    void TakeOutTheGone()
    {
        for (var i = _workers.Count - 1; i >= 0; i--)
        {
            var worker = _workers[i];
            var seen = Seen(worker);
            if (seen.Alive && seen.LeaderEnded is null)
                continue;
            if (!worker.Leaving)
                Ended(worker, seen.LeaderEnded ?? "it is gone, exit code unknown");
            if (!seen.Alive)
            {
                if (worker.Leaving)
                    Tell("worker.stopped", worker, $"{Short(worker)} has stopped ({worker.Reason}){(seen.LeaderEnded is { } how ? ", " + how : "")}");
                _actions.Add(new PoolAction.Forget(worker.Id));
                _workers.RemoveAt(i);
            }
            else if (!worker.Leaving)
            {
                // A worker ends whole. What is left may be a server whose shell was killed: it is asked first, too.
                Leave(i, WorkerPhase.Stopping, "its first process ended and left others behind");
            }
        }
    }

    void Ended(WorkerState worker, string how)
    {
        Tell("worker.crashed", worker, $"{Short(worker)} ended by itself{(worker.ReadyAt is null ? " before it was ready" : "")}: {how}");
        if (worker.ReadyAt is not { } ready || _now - ready < CrashLoop.YoungUnder)
            Failed(worker, how);
    }

    /// <summary>Of another generation it says nothing of what the pool is to run.</summary>
    void Failed(WorkerState worker, string how)
    {
        if (worker.Generation != _state.Generation)
            return;
        _state = _state with { Failures = _state.Failures + 1, LastFailureAt = _now, LastFailure = how, LastFailed = worker.Id };
        if (_state.Failures == CrashLoop.Limit)
            Tell("pool.crash-loop", null, $"{_rules.Pool} is in a crash loop: {CrashLoop.Limit} workers in a row failed, the last: {how}; from now on one try in {CrashLoop.SlowRetry.TotalSeconds:0} s. See `understudy logs {Short(worker)}`");
    }

    void AdvanceEach()
    {
        for (var i = 0; i < _workers.Count; i++)
        {
            var seen = Seen(_workers[i]);
            if (!_workers[i].Leaving)
                Advance(i, _workers[i], seen);
            if (_workers[i].Leaving)
                Expel(i, _workers[i], seen);
        }
        _workers.RemoveAll(worker => _abandoned.Contains(worker.Id));
    }

    void Advance(int i, WorkerState worker, WorkerObservation seen)
    {
        if (_state.Ending)
        {
            Leave(i, worker.Phase == WorkerPhase.Ready ? WorkerPhase.Draining : WorkerPhase.Stopping, "the pool ends");
        }
        else if (worker.Generation == _state.Rejected && (worker.Phase == WorkerPhase.Starting || OthersCarry(worker)))
        {
            Leave(i, worker.Phase == WorkerPhase.Ready ? WorkerPhase.Draining : WorkerPhase.Stopping, "its release was rolled back");
        }
        else if (worker.Phase == WorkerPhase.Starting && worker.Generation != _state.Generation)
        {
            // It is not wanted any more, and would keep the wanted one from starting.
            Leave(i, WorkerPhase.Stopping, "replaced by a newer one before it was ready");
        }
        else if (worker.Phase == WorkerPhase.Starting && seen.Stranger is { } stranger)
        {
            Leave(i, WorkerPhase.Stopping, stranger);
            Failed(worker, stranger);
        }
        else if (worker.Phase == WorkerPhase.Starting && seen.ShownReady)
        {
            _workers[i] = worker with { Phase = WorkerPhase.Ready, ReadyAt = _now };
            Tell("worker.ready", worker, string.Create(CultureInfo.InvariantCulture, $"{Short(worker)} is ready after {(_now - worker.StartedAt).TotalSeconds:0.0} s"));
        }
        else if (worker.Phase == WorkerPhase.Starting && Due(worker.StartedAt + _rules.ReadyWithin))
        {
            var how = string.Create(CultureInfo.InvariantCulture, $"not ready within {_rules.ReadyWithin.TotalSeconds:0.#} s{(seen.Lacks is { } lacks ? ": " + lacks : "")}");
            Leave(i, WorkerPhase.Stopping, how);
            _state = _state with { NotReady = _state.NotReady + 1 };
            Failed(worker, how);
        }
        else if (worker.Phase == WorkerPhase.Ready && seen.DownSince is { } since && Due(since + (seen.Stopped ? StoppedPatience : DownPatience)))
        {
            Leave(i, seen.Stopped ? WorkerPhase.Killing : WorkerPhase.Stopping, "down: " + seen.DownReason);
            if (seen.Stopped)
                Kill(i, _workers[i], "was stopped, so that it could neither drain nor end by itself");
        }
    }

    /// <summary>Drained, then signalled, then killed; the deadline counts from the start of the drain.</summary>
    void Expel(int i, WorkerState worker, WorkerObservation seen)
    {
        var deadline = worker.LeavingSince!.Value + _rules.StopWithin;
        var grace = TimeSpan.FromTicks(Math.Min(SignalGrace.Ticks, _rules.StopWithin.Ticks / 3));
        if (worker.Phase == WorkerPhase.Draining && (!seen.InUse || seen.LeaderEnded is not null || Due(deadline - grace)))
        {
            _workers[i] = worker = worker with { Phase = WorkerPhase.Stopping };
            _actions.Add(new PoolAction.Signal(worker.Id));
        }
        if (worker.Phase == WorkerPhase.Stopping && Due(deadline) && _rules.ReportsStale && !_state.Ending)
            Abandon(worker);
        else if (worker.Phase == WorkerPhase.Stopping && Due(deadline))
            Kill(i, worker, Overdue);
        else if (worker.Phase == WorkerPhase.Killing && Due(worker.KilledAt!.Value + KillAgain))
            Kill(i, worker, null);
    }

    void Abandon(WorkerState worker)
    {
        var reason = $"was to leave ({worker.Reason}) and {Overdue}";
        _abandoned.Add(worker.Id);
        _actions.Add(new PoolAction.Abandon(worker.Id, worker.Generation, reason));
        _sentence = $"{Short(worker)} {reason}; it is left alone (stale: report)";
    }

    string Overdue => string.Create(CultureInfo.InvariantCulture, $"was still there {_rules.StopWithin.TotalSeconds:0.#} s after it was asked to leave");

    void ForgiveFailures()
    {
        if (CrashLoop.IsOver(_state, _now))
        {
            if (_state.Failures >= CrashLoop.Limit)
                Tell("pool.recovered", null, $"{_rules.Pool} has left its crash loop");
            _state = _state with { Failures = 0, NotReady = 0, LastFailureAt = null, LastFailure = null, LastFailed = null };
        }
        else if (CrashLoop.ProvenAt(_state) is { } at)
        {
            _wakes.Add(at);
        }
    }

    void Size()
    {
        var sizing = PoolSizing.Decide(_state, _rules, _observed, _now);
        if (sizing.Wanted != _state.Wanted && _state.Wanted != 0)
            Tell("pool.scaled", null, $"{_rules.Pool} goes from {_state.Wanted} to {sizing.Wanted} workers: {sizing.Reason}");
        _state = _state with { Wanted = sizing.Wanted, BusySince = sizing.BusySince, IdleSince = sizing.IdleSince };
        if (sizing.Reason == PoolSizing.Held)
            _sentence = $"{_rules.Pool} stays at {sizing.Wanted} workers: {sizing.Reason}";
        if (sizing.WakeAt is { } wake)
            _wakes.Add(wake);
    }

    void FlagRecycling()
    {
        for (var i = 0; i < _workers.Count; i++)
        {
            var worker = _workers[i];
            if (worker.Phase != WorkerPhase.Ready)
                continue;
            if (!worker.Recycle && Recycling.Due(worker, _rules, Seen(worker), _observed.GrowthHeld, _now) is { } reason)
            {
                _workers[i] = worker = worker with { Recycle = true, Reason = reason };
                Tell("worker.recycled", worker, $"{Short(worker)} will be replaced: {reason}");
            }
            if (worker.Recycle && Seen(worker).OutFirst)
            {
                _workers[i] = worker with { OutFirst = true };
                Leave(i, WorkerPhase.Draining, worker.Reason!);
            }
        }
    }

    /// <summary>Starts what is missing; with nothing missing, one more than wanted, so that an outdated worker can go.</summary>
    void Fill()
    {
        if (_state.Ending)
            return;
        // What leaves so that there is memory for its replacement still has that memory.
        var missing = _state.Wanted - Ready - Starting - _workers.Count(worker => worker.Leaving && worker.OutFirst);
        var rolling = missing == 0 && _workers.TrueForAll(worker => worker.Phase == WorkerPhase.Ready) && _workers.Exists(_state.Outdated) && !Held;
        if (rolling && WaitsForMemory())
            return;
        var count = rolling ? Replaced : missing;
        // After a failure one at a time: what cannot start costs one worker's capacity, not all.
        if (_state.Failures > 0)
            count = Math.Min(count, 1 - Starting);
        if (count <= 0 || (CrashLoop.NextStart(_state) is { } next && !Due(next)))
            return;
        for (; count > 0; count--)
            Start();
    }

    /// <summary>How many are replaced now. The first of a generation is alone: what cannot start costs one worker's time.</summary>
    int Replaced
    {
        get
        {
            var others = _workers.Count(worker => worker.Generation != _state.Generation);
            var first = !_workers.Exists(worker => worker.Generation == _state.Generation);
            return others == 0 || first || _observed.GrowthHeld ? 1 : Math.Min(others, _rules.AtOnce.Of(_state.Wanted));
        }
    }

    /// <summary>True when nothing is to be started beside those that serve. Then one of an outdated generation may have been let go first.</summary>
    bool WaitsForMemory()
    {
        if (!_observed.SurgeHeld || _workers.Exists(worker => worker.Recycle))
            return false;
        if (_observed.Shedding)
        {
            _sentence ??= $"{_rules.Pool} waits with its outdated workers: requests are shed for want of memory";
            return true;
        }
        // The only one that serves stays until another does: if the new generation is no good, there is nothing else.
        if (Ready < 2)
            return false;
        var outdated = _workers.FindLastIndex(_state.Outdated);
        _workers[outdated] = _workers[outdated] with { OutFirst = true };
        Leave(outdated, WorkerPhase.Draining, "replaced by a newer one, and leaves first: there is no memory for both");
        return true;
    }

    void Start()
    {
        var id = $"{_rules.App}.{_rules.Pool}.{_state.NextNumber}";
        _workers.Add(new WorkerState { Id = id, Generation = _state.Generation, Phase = WorkerPhase.Starting, StartedAt = _now });
        _state = _state with { NextNumber = _state.NextNumber + 1 };
        _actions.Add(new PoolAction.Start(id, _state.Generation));
        _wakes.Add(_now + _rules.ReadyWithin);
        _sentence = $"starting {Short(_workers[^1])}";
    }

    /// <summary>Without those that were rolled back, at least half of what is wanted is left.</summary>
    bool OthersCarry(WorkerState rejected) =>
        _workers.Count(other => other.Phase == WorkerPhase.Ready && other.Generation != rejected.Generation) is > 0 and var left && left * 2 >= _state.Wanted;

    /// <summary>One of the new generation serves beside all the old ones.</summary>
    bool Held => _state.Hold && _workers.Exists(worker => worker.Phase == WorkerPhase.Ready && worker.Generation == _state.Generation)
        && _workers.Exists(worker => worker.Phase == WorkerPhase.Ready && worker.Generation != _state.Generation);

    /// <summary>
    /// More are ready than wanted: the outdated go first. Of another generation the newest, which has warmed up least; of those due for recycling the oldest.
    /// Else the youngest, started or still starting.
    /// </summary>
    void LetGo()
    {
        while (!_state.Ending && Ready > _state.Wanted + (Held ? 1 : 0))
        {
            var outdated = _workers.FindLastIndex(worker => worker.Phase == WorkerPhase.Ready && worker.Generation != _state.Generation);
            if (outdated < 0)
                outdated = _workers.FindIndex(worker => worker.Phase == WorkerPhase.Ready && worker.Recycle);
            if (outdated >= 0)
                Leave(outdated, WorkerPhase.Draining, _workers[outdated].Reason ?? "replaced by a newer one");
            else
                Leave(_workers.FindLastIndex(worker => worker.Phase == WorkerPhase.Ready), WorkerPhase.Draining, "fewer are wanted");
        }
        while (!_state.Ending && Starting > 0 && Ready + Starting > _state.Wanted && !_workers.Exists(worker => worker.Phase == WorkerPhase.Ready && _state.Outdated(worker)))
            Leave(_workers.FindLastIndex(worker => worker.Phase == WorkerPhase.Starting), WorkerPhase.Stopping, "fewer are wanted");
    }

    void Leave(int i, WorkerPhase phase, string reason)
    {
        var worker = _workers[i] with { Phase = phase, LeavingSince = _now, Reason = reason };
        _workers[i] = worker;
        if (phase == WorkerPhase.Stopping)
            _actions.Add(new PoolAction.Signal(worker.Id));
        Tell("worker.leaving", worker, $"{Short(worker)} is to leave: {reason}");
        _wakes.Add(_now + _rules.StopWithin);
    }

    void Kill(int i, WorkerState worker, string? why)
    {
        _workers[i] = worker with { Phase = WorkerPhase.Killing, LeavingSince = worker.LeavingSince ?? _now, KilledAt = _now };
        _actions.Add(new PoolAction.Kill(worker.Id));
        if (why is not null)
            Tell("worker.killed", worker, $"{Short(worker)} was killed with all its processes: it {why}");
        _wakes.Add(_now + KillAgain);
    }

    /// <summary>Whether this moment has come; if not, the turn that is due then is asked for.</summary>
    bool Due(TimeSpan at)
    {
        if (at <= _now)
            return true;
        _wakes.Add(at);
        return false;
    }

    void Tell(string kind, WorkerState? worker, string message)
    {
        _actions.Add(new PoolAction.Tell(kind, worker?.Id, message));
        _sentence = message;
    }

    WorkerObservation Seen(WorkerState worker) =>
        _observed.Workers.TryGetValue(worker.Id, out var seen) ? seen : new WorkerObservation { Alive = true, InUse = true };

    string Short(WorkerState worker) => worker.Id[(_rules.App.Length + 1)..];

    PoolTurn Result()
    {
        var state = _state with { Workers = [.. _workers] };
        var condition = PoolCondition.Of(state);
        // A wake at this very moment would spin; what was due now has been done.
        var later = _wakes.Where(wake => wake > _now).ToList();
        return new PoolTurn(state, _actions, _sentence ?? PoolCondition.Sentence(condition, state, _rules, _now), condition, later.Count == 0 ? null : later.Min());
    }
}
