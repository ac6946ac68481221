using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>One app as the proxy serves it; it outlives route tables for as long as they name it.</summary>
internal sealed class App
{
    public App(AppRoute route, HopTrust trust, bool alone)
    {
        Route = route;
        Assets = AppAssets.Of(route.Assets);
        Maintenance = route.Maintenance is null ? null : new AppMaintenance(route.Maintenance);
        Pool = new PoolDispatch(route.Pool);
        Health = new PoolHealth(Pool);
        Hosts = new HostDispatch(Pool, trust);
        HopProbe = new HopProbe(this);
        HostWatch = new HostWatch(Pool, Hosts, HopProbe);
        Retries = new PoolRetries(Pool, Health, HostWatch);
        Hosts.Apply(alone ? [] : route.Hosts, route.Drained);
    }

    public string Name => Route.App;
    public AppRoute Route { get; private set; }

    /// <summary>Null: every request is a worker's.</summary>
    public AppAssets? Assets { get; private set; }

    /// <summary>Null: requests are served.</summary>
    public AppMaintenance? Maintenance { get; private set; }

    public PoolDispatch Pool { get; }
    public PoolHealth Health { get; }
    public HostDispatch Hosts { get; }
    public HostWatch HostWatch { get; }
    public HopProbe HopProbe { get; }
    public PoolRetries Retries { get; }
    public AppCounters Counters { get; } = new();

    /// <param name="alone">Other hosts are of no use: nothing shows who they are.</param>
    public void Apply(AppRoute next, bool alone)
    {
        Route = next;
        Assets = AppAssets.Of(next.Assets);
        if (next.Maintenance != Maintenance?.Route) Maintenance = next.Maintenance is null ? null : new AppMaintenance(next.Maintenance);
        Pool.Apply(next.Pool);
        Hosts.Apply(alone ? [] : next.Hosts, next.Drained);
    }
}
