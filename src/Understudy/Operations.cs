using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Proxying;
using Understudy.Sampling;
using Understudy.State;
using Understudy.Workers;

namespace Understudy;

/// <summary>What the API may ask of the running agent. Refusals are `OperationRefused` with a sentence for the operator.</summary>
public sealed class Operations
{
    readonly AgentOptions _options;
    readonly HostedPools _pools;
    readonly ProxyKeeper _proxy;
    readonly EventLog _events;
    readonly IOwnership _ownership;
    readonly AppSecrets _secrets;
    readonly MemoryGuard? _guard;
    readonly ReleaseLedger _releases;
    readonly Func<string, GoingDocument?> _going;
    readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();

    internal Operations(AgentOptions options, HostedPools pools, ProxyKeeper proxy, EventLog events, IOwnership ownership, ReleaseLedger releases, Func<string, GoingDocument?> going, AppSecrets secrets, MemoryGuard? guard)
    {
        _releases = releases;
        _going = going;
        _options = options;
        _pools = pools;
        _proxy = proxy;
        _events = events;
        _ownership = ownership;
        _secrets = secrets;
        _guard = guard;
    }

    /// <summary>What the scans have found.</summary>
    internal Func<IReadOnlyList<SharedConnection>> SharedConnections { get; init; } = () => [];

    /// <summary>What a worker suffers from as the kernel says; null: nothing.</summary>
    internal Func<string, string?> AilmentOf { get; init; } = _ => null;

    /// <summary>What the watch for stale processes has found.</summary>
    internal StaleWatch? Stale { get; init; }

    /// <summary>Who holds the host's memory.</summary>
    internal MemoryAccount? Memory { get; init; }

    /// <summary>The agent's looks, by the name that they have in the metrics.</summary>
    internal IReadOnlyList<(string Name, Rounds Rounds)> Looks { get; init; } = [];

    /// <summary>The commands that run now.</summary>
    internal Func<IReadOnlyList<string>> Commands { get; init; } = () => [];

    /// <summary>The id of the newest event.</summary>
    public long NewestEvent => _events.Newest;

    string HostName => _options.Host.Host ?? Environment.MachineName;

    public HostDocument Status() => new()
    {
        Version = Product.Version,
        Host = HostName,
        StartedAt = _startedAt,
        LastSentence = _events.After(Math.Max(0, _events.Newest - 1), 1) is [var newest, ..] ? newest.Message : "has just started",
        Ownership = _ownership.Describe,
        Proxy = ProxyDescription.Of(_proxy.Report),
        Apps = [.. _pools.Apps.Select(app => Describe(app))],
        Guard = _guard?.Describe(),
        Stale = [.. (Stale?.Found ?? []).Select(stale => StaleDescription.Of(stale, BootClock.Now))],
        Moved = [.. (Stale?.Moved ?? []).Select(StaleDescription.Of)],
        Commands = Commands(),
    };

    /// <param name="exact">Reads all of it anew.</param>
    public MemoryDocument MemoryOf(bool exact) => Memory!.Describe(HostName, exact);

    AppDocument Describe(HostedApp app) => new(
        app.Config.App, app.Config.Domains, app.Folder, app.Release, [.. _pools.Of(app.Config.App).Select(Describe)], _going(app.Config.App), _releases.App(app.Config.App)?.MaintenanceSince);

    PoolDocument Describe(Pool pool)
    {
        var described = pool.Describe();
        return described with
        {
            SharedConnections = [.. SharedConnections().Where(one => one.App == pool.App.Config.App && one.Pool == pool.Name).Select(SharedConnectionsDescription.Of)],
            Workers = [.. described.Workers.Select(worker => AilmentOf($"{worker.App}.{worker.Worker}") is { } ailment ? worker.Suffering(ailment) : worker)],
        };
    }

    /// <summary>Newest last; `after` is an event's id, 0 for the start.</summary>
    public IReadOnlyList<EventDocument> Events(long after, int limit) => _events.After(after, limit);

    /// <summary>Completes when an event newer than `after` exists.</summary>
    public Task EventAfter(long after, CancellationToken cancellation) => _events.AnyAfter(after, cancellation);

    /// <summary>Starts a rolling restart; returns when it has begun, not when it has ended. Pool `proxy`: a new proxy takes over the listening sockets.</summary>
    public DoneDocument Restart(RestartRequest request)
    {
        if (request.Pool == ProxyKeeper.Id)
        {
            _proxy.Replace();
            return new DoneDocument("a new proxy takes over the listening sockets; no connection is closed");
        }
        var pools = Find(request.App, request.Pool);
        foreach (var app in pools.Select(pool => pool.App.Config.App).Distinct())
            NotDuringDeploy(app);
        foreach (var pool in pools)
        {
            _events.Add("pool.restart", $"{pool.Name} is restarted, one worker at a time", pool.App.Config.App, pool.Name);
            pool.Restart();
        }
        return new DoneDocument($"restarting {string.Join(", ", pools.Select(pool => pool.Name))}, one worker at a time");
    }

    public DoneDocument Scale(ScaleRequest request)
    {
        if (Find(request.App, request.Pool) is not [var pool])
            throw new OperationRefused($"several apps have a pool {request.Pool}: say which with --app", RefusalKind.Invalid);
        if (request.Min is < 0 or > 1000 || request.Max is < 0 or > 1000)
            throw new OperationRefused("a pool has 0 to 1000 workers", RefusalKind.Invalid);
        if (request.Min > request.Max)
            throw new OperationRefused($"the lower bound {request.Min} is above the upper bound {request.Max}", RefusalKind.Invalid);
        if (request.Min is null != request.Max is null)
            throw new OperationRefused("give both bounds, or none to go back to the configuration's own", RefusalKind.Invalid);
        pool.Scale(request.Min, request.Max);
        var to = request.Min is null ? "its configuration" : request.Min == request.Max ? $"{request.Min}" : $"{request.Min} to {request.Max}";
        _events.Add("pool.bounds", $"{pool.Name} is scaled to {to}, as asked", pool.App.Config.App, pool.Name);
        return new DoneDocument($"scaling {pool.Name} to {to}");
    }

    /// <summary>Secrets by name only: `run` reads them from the state itself, with the rights of who calls it.</summary>
    public RunDocument Run(string? app)
    {
        var hosted = FindApp(app);
        return new RunDocument(
            hosted.Config.App, hosted.Folder, hosted.User, WorkerEnvironment.For(hosted, new Dictionary<string, string>()), (_ownership as CgroupOwnership)?.Folder,
            [.. _secrets.List(hosted.Config.App).Select(secret => secret.Name)]);
    }

    public EnvDocument Env(string? app)
    {
        var hosted = FindApp(app).Config.App;
        return new EnvDocument(hosted, [.. _secrets.List(hosted).Select(secret => new SecretDocument(secret.Name, secret.SetAt, secret.SetBy))]);
    }

    /// <summary>Sets and unsets secrets, and begins to replace the app's workers one at a time, so that they have them.</summary>
    public DoneDocument ChangeEnv(EnvRequest request)
    {
        var app = FindApp(request.App).Config.App;
        if (request.Set.Count == 0 && request.Unset.Count == 0)
            throw new OperationRefused("nothing to set and nothing to unset: name a variable", RefusalKind.Invalid);
        if (request.Set.Keys.FirstOrDefault(request.Unset.Contains) is { } both)
            throw new OperationRefused($"{both} is to be set and to be unset: choose one", RefusalKind.Invalid);
        NotDuringDeploy(app);
        _secrets.Set(app, request.Set, request.By);
        var gone = _secrets.Unset(app, request.Unset);
        if (request.Set.Count == 0 && gone.Count == 0)
            throw new OperationRefused($"{app} has no secret {string.Join(" or ", request.Unset)}; `understudy env list` shows those that it has", RefusalKind.Unknown);
        var said = string.Join(" and ", ((string[])[Said("set", request.Set.Keys), Said("unset", gone)]).Where(part => part.Length > 0));
        _events.Add("env.changed", $"{said} for {app}; its workers are replaced one at a time", app);
        foreach (var pool in _pools.Of(app))
            pool.Restart();
        return new DoneDocument($"{char.ToUpperInvariant(said[0])}{said[1..]} for {app}.");
    }

    static string Said(string what, IEnumerable<string> names) => names.Any() ? $"{what} {string.Join(", ", names.Order(StringComparer.Ordinal))}" : "";

    /// <summary>The Prometheus page: the proxy's figures and the workers' states.</summary>
    public async Task<string> Metrics(CancellationToken cancellation) =>
        (await _proxy.Metrics(cancellation) ?? "") + WorkerMetrics.Page(_pools.All.Select(pool => (pool.App.Config.App, Describe(pool)))) + (_guard is null ? "" : GuardMetrics.Page(_guard.Describe(), _guard.Acts)) + LookMetrics.Page(Stale?.Found ?? [], Stale?.Moved.Count ?? 0, [.. Looks.Select(look => (look.Name, look.Rounds.Sum.Count, look.Rounds.Sum.Took))]);

    /// <summary>Ids (app.pool.number) of the workers whose logs exist, living or not, that match; null matches all. Worker is "web.3", pool "web".</summary>
    public IReadOnlyList<string> LoggedWorkers(string? app, string? poolOrWorker)
    {
        var folder = Path.GetDirectoryName(_options.Paths.WorkerLog("any"))!;
        if (!Directory.Exists(folder))
            return [];
        return
        [
            .. Directory.EnumerateFiles(folder, "*.log").Select(path => Path.GetFileNameWithoutExtension(path)!)
                .Where(id => id.Split('.') is [var of, var pool, var number] && (app is null || app == of) && (poolOrWorker is null || poolOrWorker == pool || poolOrWorker == $"{pool}.{number}"))
                .OrderBy(id => id, StringComparer.Ordinal),
        ];
    }

    /// <summary>A rollout counts what each release's workers do: others that come and go meanwhile would be taken for its own.</summary>
    void NotDuringDeploy(string app)
    {
        if (_going(app) is { } going)
            throw new OperationRefused($"{going.Holder}: wait for its end, or stop it with `understudy deploy --cancel`");
    }

    internal HostedApp FindApp(string? name) => name is null
        ? _pools.Apps is [var only] ? only : _pools.Apps.Count == 0 ? throw new OperationRefused("no app runs on this host yet: `understudy deploy` in the app's folder", RefusalKind.Unknown)
        : throw new OperationRefused($"this host runs several apps: say which with --app ({Names()})", RefusalKind.Invalid)
        : _pools.Apps.FirstOrDefault(app => app.Config.App == name) ?? throw new OperationRefused($"there is no app {name} on this host; there are: {Names()}", RefusalKind.Unknown);

    IReadOnlyList<Pool> Find(string? app, string? pool)
    {
        if (app is not null)
            FindApp(app);
        var found = _pools.All.Where(candidate => (app is null || candidate.App.Config.App == app) && (pool is null || candidate.Name == pool)).ToList();
        return found.Count > 0 ? found : throw new OperationRefused($"there is no pool {pool}; there are: {string.Join(", ", _pools.All.Select(candidate => candidate.Name).Distinct())}", RefusalKind.Unknown);
    }

    string Names() => string.Join(", ", _pools.Apps.Select(app => app.Config.App));
}

/// <summary>A request that cannot be done; the message says what, where and what next.</summary>
public sealed class OperationRefused(string message, RefusalKind kind = RefusalKind.Conflict) : Exception(message)
{
    public RefusalKind Kind => kind;
}

/// <summary>Why an operation was refused: something is in its way now, it asks for what cannot be, or it names what is not there.</summary>
public enum RefusalKind
{
    Conflict,
    Invalid,
    Unknown,
}
