using System.Net.Http;
using Understudy.Decisions.Proxying;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>All that carries requests, apart from the listeners: the routes in force, the pools, and what watches over them.</summary>
internal sealed class ProxyRuntime : IAsyncDisposable
{
    readonly Lock applying = new();
    readonly HttpMessageInvoker client = Outbound.CreateClient();
    readonly RouteFile? file;
    readonly HopTrust trust;
    readonly Prober prober;
    readonly HostProber hostProber;
    readonly Sweeper sweeper;
    Dictionary<string, int> foreign = [];
    volatile Routing routing = Routing.Empty;

    /// <param name="routes">The route table's path; null: only <see cref="Apply"/> sets it.</param>
    /// <param name="trust">By what other hosts' proxies are known; told of each table's certificates.</param>
    /// <param name="complain">Told of a damaged route table.</param>
    public ProxyRuntime(IHttpForwarder forwarder, string? routes, HopTrust trust, Action<string> complain)
    {
        this.trust = trust;
        Path = new RequestPath(forwarder, client, () => routing);
        prober = new Prober(() => routing, new KernelEvidence("/proc"));
        hostProber = new HostProber(() => routing);
        sweeper = new Sweeper(() => routing);
        if (routes is not null) file = new RouteFile(routes, Apply, complain);
    }

    public RequestPath Path { get; }

    public Routing Routing => routing;

    /// <summary>Told of each route table once it is in force.</summary>
    public Action<RouteTable>? Applied { get; set; }

    public void Start()
    {
        file?.Start();
        sweeper.Start();
        prober.Start();
        hostProber.Start();
    }

    public void Apply(RouteTable table)
    {
        lock (applying)
        {
            trust.Use(table.Hop);
            var next = routing.Next(table, trust);
            routing = next;
            foreach (var app in next.Apps) app.Pool.SetForeign(foreign);
            Applied?.Invoke(table);
        }
    }

    /// <summary>What an older proxy still has inside the workers, by worker id. Replaces what was told before; empty when it has left.</summary>
    public void SetForeignInFlight(IReadOnlyDictionary<string, int> inFlight)
    {
        lock (applying)
        {
            foreign = new Dictionary<string, int>(inFlight);
            foreach (var app in routing.Apps) app.Pool.SetForeign(foreign);
        }
    }

    /// <summary>Requests inside each worker (app.pool.number), for a newer proxy.</summary>
    public IReadOnlyDictionary<string, int> InFlight()
    {
        var inFlight = new Dictionary<string, int>();
        foreach (var app in routing.Apps) PoolReporting.AddInFlight(app.Pool, inFlight);
        return inFlight;
    }

    /// <summary>Answers ask their clients to connect anew from now on: a newer proxy has the listeners.</summary>
    public void Leave() => Path.Leaving = true;

    public ProxyReport Report(IReadOnlyList<string> listen, int connections)
    {
        var now = routing;
        var pools = new PoolReport[now.Apps.Count];
        for (var i = 0; i < pools.Length; i++) pools[i] = PoolReporting.Report(now.Apps[i]);
        return new ProxyReport
        {
            Pid = Environment.ProcessId,
            Version = Product.Version,
            RoutesRevision = now.Table.Revision,
            State = Path.Leaving ? "leaving" : "serving",
            Listen = listen,
            Connections = connections,
            Pools = pools,
            HopRefused = trust.Refused,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (file is not null) await file.DisposeAsync();
        await prober.DisposeAsync();
        await hostProber.DisposeAsync();
        await sweeper.DisposeAsync();
        client.Dispose();
    }
}
