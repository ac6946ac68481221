using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;
using Understudy.Fleet;
using Understudy.Linux;
using Understudy.Proxying;
using Understudy.Releases;
using Understudy.Sampling;
using Understudy.State;
using Understudy.Workers;
using Understudy.Workers.Logs;

namespace Understudy;

/// <summary>One app as the agent runs it.</summary>
/// <param name="Folder">The resolved folder in which its workers start.</param>
/// <param name="User">The user that its workers run as; null: the agent's own.</param>
/// <param name="Release">The release's name; `local` where an app runs from its own folder.</param>
public sealed record HostedApp(AppConfig Config, string Folder, string? User, string Release)
{
    /// <summary>The release's name of an app that runs from its own folder.</summary>
    public const string Local = "local";

    /// <summary>HOME of its processes. Null: its user's own.</summary>
    public string? Home { get; init; }
}

/// <param name="Foreground">`up`: stopping the agent stops the proxy and the workers. Otherwise they live on and the next agent adopts them.</param>
public sealed record AgentOptions(Paths Paths, HostConfig Host, IReadOnlyList<HostedApp> Apps, bool Foreground);

/// <summary>The composition root of the agent's process.</summary>
public sealed class Agent : IAsyncDisposable
{
    static readonly TimeSpan ProxyStopsWithin = TimeSpan.FromSeconds(35);
    static readonly TimeSpan LogsEvery = TimeSpan.FromSeconds(2);

    /// <summary>Logs kept per pool of workers that are gone: enough to read why the last ones died.</summary>
    const int DeadLogsKept = 10;

    readonly AgentOptions _options;
    readonly CancellationTokenSource _stop = new();
    readonly AgentLock _lock;
    readonly Database _database;
    readonly Ledger _ledger;
    readonly EventLog _events;
    readonly IOwnership _ownership;
    readonly ProcessExits _exits = new();
    readonly WorkerLimits _limits;
    readonly RoutePublisher _routes;
    readonly HostedPools _pools;
    readonly ReleaseLedger _releases;
    readonly ReleaseStore _store;
    readonly Presentation _presentation;
    readonly Deployments _deployments;
    readonly DeployOperations _deploying;
    readonly TokenOperations _tokens;
    readonly RestartFiles _restartFiles;
    readonly HashSet<string> _unreadable = [];
    readonly RecentReports _recent = new();
    readonly ProxyKeeper _proxy;
    readonly Schedules _schedules;
    readonly SharedConnections _connections;
    readonly WorkerAilments? _ailments;
    readonly StaleWatch _stale;
    readonly MemoryGuard? _guard;
    readonly MemorySampler _memory;
    readonly List<Task> _loops = [];
    readonly FleetOperations _fleet;
    string? _hop;
    ApiServer? _api;

    Agent(AgentOptions options)
    {
        _options = options;
        var paths = options.Paths;
        _lock = AgentLock.Take(paths.AgentLock);
        _database = new Database(paths.State);
        _ledger = new Ledger(_database, paths.LedgerAside);
        _events = new EventLog(_database, TimeProvider.System);
        _ownership = Ownership.For(paths);
        _limits = WorkerLimits.For(_ownership, options.Host.MemoryBytes);
        _routes = new RoutePublisher(paths.Routes, RouteTable.Empty with { AccessLog = options.Host.AccessLog, TrustedProxies = options.Host.TrustedProxies, Hop = options.Host.Peers?.Hop }, options.Host.Peers?.Hosts);
        var box = new SecretBox(paths.SecretKey);
        var secrets = new AppSecrets(_database, box, TimeProvider.System);
        _releases = new ReleaseLedger(_database);
        _store = new ReleaseStore(paths, options.Host, _releases, TimeProvider.System);
        var stale = new StaleLedger(_database);
        _memory = new MemorySampler(new ProcessTable(), () => _guard?.Step is null or GuardStep.Calm);
        var parts = new PoolParts(paths, _ownership, _exits, new Ports(), _ledger, _events, _routes, secrets)
        {
            Restore = (app, cancellation) => _store.Load(app.Config.App, app.Release, cancellation),
            AilmentOf = id => _ailments?.Of(id),
            Limits = _limits,
            Stale = stale,
            StalePolicy = options.Host.Stale,
            Guard = () => _guard?.Step ?? GuardStep.Calm,
            Memory = _memory,
        };
        _pools = new HostedPools(parts);
        foreach (var app in options.Apps)
            _pools.Add(app);
        _hop = options.Host.Peers is { } peers ? $"hop://{peers.Listen}" : null;
        _proxy = new ProxyKeeper(paths, () => _hop is { } hop ? [.. options.Host.Listen, hop] : options.Host.Listen, _ownership, _exits, _events);
        var runner = new CommandRunner(_ownership, _exits, TimeProvider.System);
        _stale = new StaleWatch(_ownership, new StaleScan(_ownership), stale, new ReapedNotes(paths.Reaped), _events, new StaleParts
        {
            Current = () => Counted(runner.Claims.Running),
            Rules = () => _pools.StaleRules(options.Host.Stale, _unreadable),
            Unless = runner.Claims.Unless,
            Release = id => parts.Release(id),
            Calm = () => _guard?.Step is null or GuardStep.Calm,
        });
        _guard = MemoryGuard.For(options.Host.Guard, paths, (_ownership as CgroupOwnership)?.Folder, PoolGuarding.Of(_pools, _stale, _events));
        _presentation = new Presentation(_releases, _store, _pools, _routes, TimeProvider.System);
        _deployments = new Deployments(new DeployParts(
            paths, _releases, _store, _events, _pools, runner, app => WorkerEnvironment.For(app, secrets.For(app.Config.App)), app => secrets.For(app).Values, () => _proxy.Report, () => _recent.Oldest, _presentation.Show, TimeProvider.System));
        _connections = new SharedConnections(new ConnectionScan(_ownership), Running, _events);
        _ailments = new WorkerAilments(new AilmentScan(_ownership), Running, _events);
        var memory = new MemoryAccount(new MemoryLook(_ownership, _memory), _stale, _guard, () => [.. _pools.All.SelectMany(pool => pool.Describe().Workers)]);
        Operations = new Operations(options, _pools, _proxy, _events, _ownership, _releases, _deployments.Describe, secrets, _guard) { SharedConnections = () => _connections.Found, AilmentOf = _ailments.Of, Stale = _stale, Commands = () => runner.Claims.Running, Memory = memory, Looks = [("stale", _stale.Rounds), ("connections", _connections.Rounds), ("ailments", _ailments.Rounds)] };
        _deploying = new DeployOperations(Operations, _deployments, _releases, _events, TimeProvider.System, _presentation.Show);
        _fleet = new FleetOperations(beat => new FleetParts(paths, _ownership, _exits, _events, box, TimeProvider.System, beat, Reach), options.Host, Operations.Status);
        _tokens = new TokenOperations(new ApiTokens(_database, TimeProvider.System), _events, TimeProvider.System);
        _restartFiles = new RestartFiles(_pools, _events, app => _deployments.Going(app) is not null);
        _schedules = new Schedules(new ScheduleParts(paths, () => _deployments.Serving, new ScheduleLedger(_database), _events, secrets, runner.Run, TimeProvider.System));
    }

    public Operations Operations { get; }

    /// <summary>Null once every pool has reached its lower bound; else a sentence saying what failed, with the worker's last log lines, and what to do.</summary>
    public Task<string?> FirstBoot { get; private set; } = Task.FromResult<string?>(null);

    /// <exception cref="OperationRefused">The host cannot be served: another agent runs, a port is in use, a folder cannot be written.</exception>
    public static async Task<Agent> Start(AgentOptions options, CancellationToken cancellation)
    {
        AgentFolders.Make(options.Paths);
        var agent = new Agent(options);
        try
        {
            await agent.AddDeployed(cancellation);
            agent.FirstBoot = WhenBooted(agent._pools.All);
            await agent._fleet.Resume(cancellation);
            agent.Adopt();
            if (await agent._proxy.FirstServe(cancellation) is { } failure)
                throw new OperationRefused(failure);
            await agent.Begin(cancellation);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>With Foreground drains and stops workers and proxy within their deadlines; else only stops watching them.</summary>
    public async ValueTask DisposeAsync()
    {
        Notify.Stopping();
        await _schedules.Stop();
        if (_options.Foreground)
        {
            await _proxy.Stop(ProxyStopsWithin);
            var ended = Task.WhenAll(_pools.All.Select(pool => pool.End(_stop.Token)));
            // Stopped before it had begun: the workers that it adopted are let go like any others.
            if (_loops.Count == 0)
                _pools.Begin(_stop.Token);
            Observe(null);
            await ended;
            _stale.End();
            await _fleet.StopStore();
            await Release();
        }
        _events.Add("agent.stopped", _options.Foreground ? "the agent has stopped, and all it ran" : "the agent has stopped; proxy and workers go on");
        await _stop.CancelAsync();
        await _fleet.DisposeAsync();
        await Task.WhenAll(_loops);
        _guard?.Dispose();
        await _pools.Ended();
        await _deployments.Ended();
        _deployments.Dispose();
        if (_api is not null)
            await _api.DisposeAsync();
        _schedules.Dispose();
        _proxy.Dispose();
        _exits.Dispose();
        _ledger.Dispose();
        _database.Dispose();
        _lock.Dispose();
        _stop.Dispose();
    }

    /// <summary>Foreground only: kills workers and proxy without waiting for what is in flight, also while DisposeAsync drains.</summary>
    public void StopAtOnce()
    {
        foreach (var pool in _pools.All)
            pool.Kill();
        _proxy.Kill();
    }

    /// <summary>The deployed apps, each with the release that its pools were last told to run.</summary>
    async Task AddDeployed(CancellationToken cancellation)
    {
        foreach (var app in _releases.Apps())
        {
            if ((app.Target ?? app.Current) is not { } release)
                continue;
            if (_pools.Apps.Any(one => one.Config.App == app.App))
            {
                _events.Add("app.hidden", $"{app.App} is deployed on this host, and agent.yaml names a folder for an app of the same name: the folder is served", app.App);
                continue;
            }
            try
            {
                _pools.Add(await _store.Load(app.App, release, cancellation));
            }
            catch (Exception refused) when (refused is OperationRefused or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
            {
                // Its workers go on as they are: better an app that nobody tends than none.
                _unreadable.Add(app.App);
                _routes.KeepFound(app.App);
                _events.Add("app.unreadable", $"{app.App} cannot be tended, its workers go on as they are: {refused.Message}", app.App);
            }
        }
    }

    void Adopt()
    {
        var adopted = _pools.All.Sum(pool => pool.Adopt());
        // Nothing is born meanwhile: what nobody counts is suspected at the first look and found at the second.
        _stale.Turn();
        _stale.Turn();
        _limits.Sweep();
        _events.Add("agent.started", $"agent {Product.Version}, pid {Environment.ProcessId}, has started and adopted {adopted} workers (ownership: {_ownership.Describe})");
        _presentation.ShowAll();
        _routes.Release();
    }

    async Task Begin(CancellationToken cancellation)
    {
        _pools.Begin(_stop.Token);
        _loops.Add(_proxy.Run(() => _deployments.Active || _pools.All.Any(pool => pool.Hurried), Observe, _stop.Token));
        _loops.Add(SampleMemory());
        _loops.Add(MeasureMemory());
        if (_guard is { } guard)
        {
            guard.Start();
            _loops.Add(Each(TimeSpan.FromMilliseconds(200), () => guard.Turn(BootClock.Now)));
        }
        _loops.Add(ArchiveLogs());
        _loops.Add(Each(TimeSpan.FromMinutes(1), _presentation.ShowAll));
        _loops.Add(Each(TimeSpan.FromSeconds(2), _restartFiles.Look));
        _loops.Add(_stale.Run(_stop.Token));
        _loops.Add(_schedules.Run(_stop.Token));
        _loops.Add(_connections.Run(_stop.Token));
        _loops.Add(_ailments!.Run(_stop.Token));
        _deployments.Resume(_stop.Token);
        _api = await ApiServer.Start(ApiCalls.Of(Operations, _deploying, _tokens, _fleet), _options.Paths, _options.Host, cancellation);
        Notify.Ready();
    }

    Dictionary<string, CurrentOwner> Counted(IEnumerable<string> commands)
    {
        var owners = _pools.Owners();
        foreach (var command in commands)
            owners[command] = new CurrentOwner();
        return owners;
    }

    void Reach(FleetReach reach)
    {
        _hop = reach.Listen;
        _routes.Reach(reach.Hop, reach.Others, reach.Drained);
    }

    IEnumerable<RunningWorker> Running() => _pools.All.SelectMany(pool => pool.Running);

    void Observe(ProxyReport? report)
    {
        _recent.Take(report);
        foreach (var pool in _pools.All)
            pool.Observe(report);
    }

    /// <summary>Removes the cgroups; a dying process holds its own a moment longer than it is listed there.</summary>
    async Task Release()
    {
        var deadline = BootClock.Now + TimeSpan.FromSeconds(2);
        while (_ownership.Found().Where(id => !_ownership.Release(id)).ToList().Count > 0 && BootClock.Now < deadline)
            await Task.Delay(20);
        if (_ownership.Found().Count == 0)
            _ownership.End();
    }

    Task MeasureMemory() => Each(TimeSpan.FromSeconds(2), () =>
    {
        foreach (var pool in _pools.All)
            pool.MeasureMemory(all: false);
    });

    Task SampleMemory() => Each(TimeSpan.FromSeconds(1), () => _memory.Turn([.. _stale.Seen, Environment.ProcessId]));

    Task ArchiveLogs()
    {
        var host = _options.Host;
        var archive = new WorkerLogArchive(_options.Paths, host.LogArchiveBytes, host.LogArchivesKept, DeadLogsKept, trouble => _events.Add("logs.trouble", trouble));
        return Each(LogsEvery, () => archive.Turn([.. _pools.All.SelectMany(pool => pool.WorkerIds)]));
    }

    async Task Each(TimeSpan period, Action turn)
    {
        using var timer = new PeriodicTimer(period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    turn();
                }
                catch (Exception bug) when (!_stop.IsCancellationRequested)
                {
                    _events.Trouble("a turn", bug);
                }
            }
        }
        catch (OperationCanceledException) { }
    }

    static async Task<string?> WhenBooted(IReadOnlyList<Pool> pools)
    {
        foreach (var pool in pools)
        {
            if (await pool.FirstBoot is { } failure)
                return failure;
        }
        return null;
    }
}
