using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;

namespace Understudy.Workers;

/// <summary>The host's apps and their pools. Deploys add, change and remove them while all of them run.</summary>
sealed class HostedPools(PoolParts parts)
{
    readonly Lock _gate = new();
    readonly List<(Pool Pool, Task? Loop)> _pools = [];
    readonly List<HostedApp> _apps = [];
    CancellationToken? _running;

    /// <summary>As they should be: in a rollout, of the new release.</summary>
    public IReadOnlyList<HostedApp> Apps
    {
        get { lock (_gate) return [.. _apps]; }
    }

    public IReadOnlyList<Pool> All
    {
        get { lock (_gate) return [.. _pools.Select(one => one.Pool)]; }
    }

    public IReadOnlyList<Pool> Of(string app) => [.. All.Where(pool => pool.App.Config.App == app)];

    /// <summary>At the agent's start: the app with all its pools.</summary>
    public void Add(HostedApp app)
    {
        Show(app);
        foreach (var process in app.Config.Processes)
            Add(app, process);
    }

    /// <summary>Turns every pool's loop, and from now on that of each new one.</summary>
    public void Begin(CancellationToken stop)
    {
        lock (_gate)
        {
            _running = stop;
            for (var i = 0; i < _pools.Count; i++)
                _pools[i] = (_pools[i].Pool, _pools[i].Pool.Run(stop));
        }
    }

    /// <summary>Names the app's newest form; its pools are told one by one.</summary>
    public void Show(HostedApp app)
    {
        lock (_gate)
        {
            var at = _apps.FindIndex(one => one.Config.App == app.Config.App);
            if (at >= 0)
                _apps[at] = app;
            else
                _apps.Add(app);
        }
    }

    /// <summary>Tells a pool to run this release, or makes it.</summary>
    public void Roll(HostedApp app, string pool, bool hold)
    {
        var process = app.Config.Processes.First(one => one.Name == pool);
        if (Find(app.Config.App, pool) is { } found)
            found.Change(app, process, hold);
        else
            Add(app, process);
    }

    /// <summary>Tells a pool to run the old release again; one that the old release does not have ends.</summary>
    /// <param name="old">Null: it cannot be read. Then the pool goes on trying, unless there is none to go back to.</param>
    public void RollBack(HostedApp? old, string app, string pool, bool first)
    {
        if (Find(app, pool) is not { } found)
            return;
        if (old?.Config.Processes.FirstOrDefault(one => one.Name == pool) is { } process)
            found.ChangeBack(old, process);
        else if (old is not null || first)
            _ = End(found);
    }

    /// <summary>Lets a pool's workers go, and then forgets it.</summary>
    public async Task End(Pool pool)
    {
        // It may be told to run something again meanwhile.
        if (!await pool.End(_running ?? CancellationToken.None))
            return;
        lock (_gate)
            _pools.RemoveAll(one => one.Pool == pool);
        pool.Leave();
    }

    /// <summary>Forgets an app that has no pool any more.</summary>
    public void Forget(string app)
    {
        lock (_gate)
            _apps.RemoveAll(one => one.Config.App == app);
    }

    /// <summary>All that the pools count now, by id.</summary>
    public Dictionary<string, CurrentOwner> Owners()
    {
        var owners = new Dictionary<string, CurrentOwner>();
        foreach (var (id, owner) in All.SelectMany(pool => pool.Owners))
            owners[id] = owner;
        return owners;
    }

    /// <summary>What the apps' configuration says of stale processes.</summary>
    /// <param name="host">For those that do not say.</param>
    /// <param name="untended">Apps whose configuration cannot be read.</param>
    public StaleRules StaleRules(StalePolicy host, IReadOnlySet<string> untended) => new()
    {
        Host = host,
        Apps = Apps.ToDictionary(app => app.Config.App, app => app.Config.Stale),
        StopWithin = All.ToDictionary(pool => $"{pool.App.Config.App}.{pool.Name}", pool => pool.StopWithin),
        Untended = untended,
    };

    /// <summary>Done when every loop is.</summary>
    public Task Ended()
    {
        lock (_gate)
            return Task.WhenAll(_pools.Select(one => one.Loop ?? Task.CompletedTask));
    }

    public Pool? Find(string app, string pool) => All.FirstOrDefault(one => one.App.Config.App == app && one.Name == pool);

    void Add(HostedApp app, ProcessConfig process)
    {
        var pool = new Pool(app, process, parts);
        if (_running is not { } stop)
        {
            lock (_gate)
                _pools.Add((pool, null));
            return;
        }
        // Workers of its name may be written down: of a release that had it, before an agent's death.
        pool.Adopt();
        lock (_gate)
            _pools.Add((pool, Task.Run(() => pool.Run(stop), CancellationToken.None)));
    }
}
