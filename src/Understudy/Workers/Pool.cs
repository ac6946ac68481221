using System.Globalization;
using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Releases;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;
using Understudy.Sampling;

namespace Understudy.Workers;

/// <summary>An app's workers of one process type on this host: observes them, asks the decision, performs its actions.</summary>
sealed class Pool
{
    readonly PoolParts _parts;
    readonly PoolLedger _ledger;
    readonly Lock _gate = new();
    readonly SemaphoreSlim _kick = new(0, 1);
    readonly Dictionary<string, Worker> _workers = [];
    readonly List<string> _unreleased = [];
    readonly TaskCompletionSource<string?> _firstBoot = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ProxyView _view = new();
    readonly WorkerWatch _watch;
    Starter _starter;
    PoolRouting _routing;
    PoolState _state;
    PoolTurn? _last;
    volatile bool _left;

    public Pool(HostedApp app, ProcessConfig process, PoolParts parts)
    {
        App = app;
        Process = process;
        _parts = parts;
        _watch = new WorkerWatch(parts, Kick);
        _starter = new Starter(app, process, parts.Paths, parts.Ownership, parts.Limits, parts.Ports, parts.Secrets);
        _ledger = new PoolLedger(app, process, parts.Ledger, parts.StalePolicy);
        _routing = new PoolRouting(app, process, parts.Routes);
        _state = _ledger.Resume();
    }

    /// <summary>What its workers should be of.</summary>
    public HostedApp App { get; private set; }

    public ProcessConfig Process { get; private set; }

    public string Name => Process.Name;

    /// <summary>Null once the lower bound of workers has been ready; else why it cannot be, with the last log lines.</summary>
    public Task<string?> FirstBoot => _firstBoot.Task;

    /// <summary>Ids of the workers in its ledger.</summary>
    public IReadOnlyList<string> WorkerIds => [.. Running.Select(worker => worker.Id)];

    public IReadOnlyList<RunningWorker> Running
    {
        get { lock (_gate) return [.. _workers.Values.Select(worker => new RunningWorker(worker.Id, worker.Pid, worker.Port, worker.Requests))]; }
    }

    /// <summary>Its workers as who looks for stale ones must know them.</summary>
    public IReadOnlyList<(string Id, CurrentOwner Owner)> Owners
    {
        get { lock (_gate) return [.. _state.Workers.Select(worker => (worker.Id, new CurrentOwner(worker.LeavingSince + _ledger.Rules.StopWithin, worker.Leaving ? worker.Reason : null)))]; }
    }

    public TimeSpan StopWithin
    {
        get { lock (_gate) return _ledger.Rules.StopWithin; }
    }

    /// <summary>A worker is on its way in or out, so that the proxy's word is wanted soon.</summary>
    public bool Hurried
    {
        get { lock (_gate) return _state.Workers.Any(worker => worker.Phase != WorkerPhase.Ready); }
    }

    /// <summary>Takes over the living workers that an agent before this one wrote down. Returns how many.</summary>
    public int Adopt()
    {
        lock (_gate)
        {
            foreach (var (worker, leader) in _ledger.Living(_parts.Ownership))
            {
                _workers[worker.Id] = worker;
                if (worker.Port != 0)
                    _parts.Ports.Adopt(worker.Port);
                if (leader is null)
                    worker.LeaderEnded = "ended while no agent ran, exit code unknown";
                else
                    _watch.AwaitEnd(worker, leader);
                if (_state.Workers.Any(state => state.Id == worker.Id && state.Phase == WorkerPhase.Starting))
                    _ = _watch.AwaitReady(worker, App, Process);
            }
            _state = _state with { Workers = [.. _state.Workers.Where(worker => _workers.ContainsKey(worker.Id))], NextNumber = Math.Max(_state.NextNumber, FirstFree()) };
            _routing.Publish(_state, _workers);
            return _workers.Values.Count(worker => worker.LeaderEnded is null);
        }
    }

    /// <summary>With a lost state numbers would begin anew, and a new worker would share the group of an old one that is still there.</summary>
    int FirstFree() => _parts.Ownership.Found().Select(id => new Owner(id))
        .Where(owner => owner.App == App.Config.App && owner.Pool == Name)
        .Select(owner => int.TryParse(owner.Id.AsSpan(owner.Id.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number + 1 : 1)
        .DefaultIfEmpty(1).Max();

    /// <summary>Takes an ended pool out of the routes, and ends its loop.</summary>
    public void Leave()
    {
        _left = true;
        _routing.Withdraw();
        Kick();
    }

    /// <summary>Turns until cancelled or left: when kicked, when a deadline is due, and each second.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (!_left)
            {
                var wait = TimeSpan.FromSeconds(1);
                try
                {
                    Turn();
                    if (_last?.WakeAt is { } wake)
                        wait = wake - BootClock.Now;
                }
                catch (Exception bug) when (!cancellation.IsCancellationRequested)
                {
                    _parts.Events.Trouble($"a turn of {Name}", bug, App.Config.App, Name);
                }
                await _kick.WaitAsync(TimeSpan.FromMilliseconds(Math.Clamp(wait.TotalMilliseconds, 5, 1000)), cancellation);
            }
        }
        catch (OperationCanceledException) { }
    }

    public void Kick()
    {
        try { _kick.Release(); }
        catch (SemaphoreFullException) { }
    }

    /// <summary>Replaces every worker by a new one, one at a time.</summary>
    public void Restart()
    {
        lock (_gate)
            _state = PoolChange.Restart(_state);
        Kick();
    }

    /// <summary>Workers of another release from now on, one at a time.</summary>
    /// <param name="hold">The first of them serves beside all the old ones until <see cref="Proceed"/>.</param>
    public void Change(HostedApp app, ProcessConfig process, bool hold) => Become(app, process, () => PoolChange.To(_state, IsOf(app), hold));

    /// <summary>The old release again: its workers are what they should be, and those of the new one leave.</summary>
    public void ChangeBack(HostedApp app, ProcessConfig process) => Become(app, process, () => PoolChange.Back(_state, IsOf(app)));

    /// <summary>Ends the hold.</summary>
    public void Proceed()
    {
        lock (_gate)
            _state = PoolChange.Proceed(_state);
        Kick();
    }

    /// <summary>How far it is with its present release.</summary>
    public RolloutPool Look()
    {
        lock (_gate)
            return PoolChange.Look(_state, Name, Process.TakesRequests, _last is not null);
    }

    /// <summary>When the oldest worker that is not leaving was started, in UTC; null: there is none.</summary>
    public DateTime? OldestStart
    {
        get { lock (_gate) return _state.Workers.Where(worker => !worker.Leaving).Select(worker => (DateTime?)TimeOfDay.At(worker.StartedAt).UtcDateTime).Min(); }
    }

    /// <summary>Which release each of its workers is of.</summary>
    public IReadOnlyList<(string Id, string Release)> Releases
    {
        get { lock (_gate) return [.. _workers.Values.Select(worker => (worker.Id, worker.Release))]; }
    }

    Func<string, bool> IsOf(HostedApp app) => id => _workers.TryGetValue(id, out var worker) && worker.Release == app.Release;

    void Become(HostedApp app, ProcessConfig process, Func<PoolState> next)
    {
        lock (_gate)
        {
            _state = next();
            (App, Process, _last) = (app, process, null);
            _starter = new Starter(app, process, _parts.Paths, _parts.Ownership, _parts.Limits, _parts.Ports, _parts.Secrets);
            _routing = new PoolRouting(app, process, _parts.Routes);
            _ledger.Change(app, process);
        }
        Kick();
    }

    /// <summary>Null for both: the configuration's own bounds.</summary>
    public void Scale(int? min, int? max)
    {
        lock (_gate)
        {
            _ledger.Scale(min, max);
            _state = _state with { Failures = 0, LastFailureAt = null };
        }
        Kick();
    }

    /// <summary>Lets all workers go for good; done when none is left. False: it was told to run something again.</summary>
    public async Task<bool> End(CancellationToken cancellation)
    {
        lock (_gate)
            _state = _state with { Ending = true };
        Kick();
        while (Ending && WorkerIds.Count > 0 && !cancellation.IsCancellationRequested)
            await Task.Delay(20, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Ending;
    }

    bool Ending
    {
        get { lock (_gate) return _state.Ending; }
    }

    /// <summary>Kills every worker now.</summary>
    public void Kill()
    {
        foreach (var id in WorkerIds)
            _parts.Ownership.Kill(id, 0);
    }

    /// <param name="report">Null: no proxy runs, so nothing is in flight anywhere.</param>
    public void Observe(ProxyReport? report)
    {
        lock (_gate)
            _view.Take(report, App.Config.App, Name, _workers.Values);
        Kick();
    }

    /// <summary>Measures workers' memory, a few milliseconds per process: all of them, or only those not measured yet and those that may be over their budget.</summary>
    public void MeasureMemory(bool all)
    {
        List<Worker> workers;
        long? budget;
        lock (_gate)
            (workers, budget) = ([.. _workers.Values], _ledger.Rules.RecycleMemoryBytes);
        foreach (var worker in workers)
            WorkerMemory.Measure(worker, _parts, now: all || worker.MemoryBytes == 0 || WorkerMemory.MayExceed(worker, budget, _parts.Ownership));
    }

    /// <summary>Its workers, as the memory guard sees them, and where their processes are.</summary>
    public (IReadOnlyList<GuardedWorker> Workers, IReadOnlyList<KillPlace> Places) Guarded()
    {
        lock (_gate)
            return (WorkerMemory.Guarded(_state, _workers, _ledger.Rules, Process.TakesRequests, BootClock.Now), WorkerMemory.Places(_workers.Values));
    }

    /// <summary>Has a worker replaced, for a reason in words.</summary>
    /// <param name="outFirst">Before its replacement is started.</param>
    public void Recycle(string id, string reason, bool outFirst)
    {
        lock (_gate)
        {
            if (_workers.TryGetValue(id, out var worker))
                (worker.OutFirst, worker.Unwanted) = (outFirst, reason);
        }
        Kick();
    }

    public PoolDocument Describe()
    {
        lock (_gate)
            return PoolDescription.Of(this, _state, _ledger.Rules, _last, _workers, _view);
    }

    void Turn()
    {
        lock (_gate)
        {
            var now = BootClock.Now;
            var observed = PoolSight.Of(_state, _workers, _view, Process, _parts);
            var before = _state;
            _last = PoolDecision.Turn(_state, _ledger.Rules, observed, now);
            _state = _last.State;
            foreach (var action in _last.Actions)
                Perform(action, now);
            if (!ReferenceEquals(before, _state))
                _routing.Publish(_state, _workers);
            _ledger.Write(_state, _workers);
            _unreleased.RemoveAll(_parts.Release);
            ReportFirstBoot();
        }
    }

    void Perform(PoolAction action, TimeSpan now)
    {
        switch (action)
        {
            case PoolAction.Start start:
                Start(start, now);
                break;
            case PoolAction.Signal signal:
                _parts.Ownership.Signal(signal.Id, _workers[signal.Id].Pid, Signals.Parse(Process.Stop.Signal) ?? Signal.Term);
                break;
            case PoolAction.Kill kill:
                _parts.Ownership.Kill(kill.Id, _workers[kill.Id].Pid);
                break;
            case PoolAction.Abandon abandon:
                _parts.Stale.Write(new StaleRecord(abandon.Id, now, abandon.Reason, _workers[abandon.Id].Release, abandon.Generation, Abandoned: true));
                Forget(_workers[abandon.Id]);
                break;
            case PoolAction.Forget forget:
                Forget(_workers[forget.Id]);
                break;
            case PoolAction.Tell tell:
                _parts.Events.Add(tell.Kind, tell.Message, App.Config.App, Name, tell.Id);
                break;
        }
    }

    void Start(PoolAction.Start start, TimeSpan now)
    {
        Worker worker;
        try
        {
            worker = _starter.Plan(start.Id, now);
        }
        catch (OperationRefused refused)
        {
            _workers[start.Id] = new Worker(start.Id) { Release = App.Release, Port = 0, StartedAt = now, LeaderEnded = refused.Message };
            return;
        }
        _workers[worker.Id] = worker;
        // Written down before it runs: whatever happens next, the next agent knows of it.
        _ledger.Write(_state, _workers);
        if (_parts.Restore is { } restore && App.Release != HostedApp.Local && !Directory.Exists(App.Folder))
            _ = Restored(worker, _starter, restore(App, CancellationToken.None));
        else
            Start(worker, _starter);
    }

    /// <summary>Off the pool's lock: to unpack a large release takes its time, and the others' deadlines go on.</summary>
    async Task Restored(Worker worker, Starter starter, Task folder)
    {
        await folder.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (folder.Exception?.InnerException is { } refused)
                worker.LeaderEnded = refused.Message;
            else if (worker.Forgotten || _state.Workers.Any(state => state.Id == worker.Id && state.Leaving))
                worker.LeaderEnded = "was never started";
            else
                Start(worker, starter);
        }
        Kick();
    }

    void Start(Worker worker, Starter starter)
    {
        try
        {
            var leader = starter.Start(worker, () => _watch.SaidReady(worker, Process));
            _parts.Events.Add("worker.started", $"{worker.ShortName} was started with pid {worker.Pid}{(worker.Port == 0 ? "" : $" on port {worker.Port}")}", workerId: worker.Id);
            if (leader is null)
                worker.LeaderEnded = "ended at once, exit code unknown";
            else
                _watch.AwaitEnd(worker, leader);
            _ = _watch.AwaitReady(worker, App, Process);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            worker.LeaderEnded = refused.Message;
        }
    }

    void Forget(Worker worker)
    {
        worker.Notify?.Dispose();
        // A dying process holds its cgroup a moment longer than it is listed there.
        _unreleased.Add(worker.Id);
        if (worker.Port != 0)
            _parts.Ports.GiveBack(worker.Port);
        worker.Forgotten = true;
        _workers.Remove(worker.Id);
    }

    void ReportFirstBoot()
    {
        if (_firstBoot.Task.IsCompleted)
            return;
        if (_state.Count(WorkerPhase.Ready) >= _ledger.Rules.Min)
            _firstBoot.TrySetResult(null);
        else if (_state.Failures > 0 && _state.LastFailure is { } how && _state.NextNumber > 1)
            _firstBoot.TrySetResult(FirstBootFailure.Text(this, _parts.Paths, how, _state.NextNumber - 1));
    }
}
