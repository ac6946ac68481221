using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>One host of a fleet, in this process: a proxy with a public listener and one for the other hosts, and its workers.</summary>
sealed class HopHost : IAsyncDisposable
{
    readonly ProxyServer server;
    readonly HopTrust trust;
    readonly HopRoute papers;
    RawWorker[] workers;
    long revision;

    HopHost(string name, HopRoute papers, HttpProtocols protocols, RawWorker[] workers)
    {
        (Name, this.papers, this.workers) = (name, papers, workers);
        trust = new HopTrust(TimeProvider.System, _ => { });
        server = ProxyServer.Create(null, _ => { }, kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
            kestrel.Listen(IPAddress.Loopback, 0, listen => HopListener.Use(listen, trust));
        }, trust);
    }

    public string Name { get; }
    public int Port { get; private set; }

    /// <summary>Where other hosts' proxies reach it.</summary>
    public int HopPort { get; private set; }

    /// <summary>What others are told instead; a test puts something in between.</summary>
    public int? SeenAt { get; set; }

    public Func<PoolRoute, PoolRoute> Settings { get; set; } = pool => pool;

    /// <summary>From the next route table on its own workers are for the others' requests.</summary>
    public bool Drained { get; set; }

    public RawWorker Worker => workers[0];
    public PoolReport Pool => server.Runtime.Report([], 0).Pools[0];
    public long Refused => server.Runtime.Report([], 0).HopRefused;

    public static async Task<HopHost> Start(string name, HopRoute papers, params RawWorker[] workers) => await Start(name, papers, HttpProtocols.Http1, workers);

    public static async Task<HopHost> Start(string name, HopRoute papers, HttpProtocols protocols, params RawWorker[] workers)
    {
        var host = new HopHost(name, papers, protocols, workers);
        host.Knows(Array.Empty<HopHost>());
        await host.server.Start();
        var ports = host.server.Ports.ToArray();
        (host.Port, host.HopPort) = (ports[0], ports[1]);
        return host;
    }

    /// <summary>The route table from here on.</summary>
    public void Knows(RawWorker[] own, params HopHost[] others)
    {
        workers = own;
        Knows(others);
    }

    /// <summary>The same with its workers as they are.</summary>
    public void Knows(params HopHost[] others) => Knows([.. others.Select(other => new HostRoute(other.Name, $"127.0.0.1:{other.SeenAt ?? other.HopPort}"))]);

    public void Knows(params HostRoute[] others) =>
        server.Runtime.Apply(new RouteTable(++revision, [ProxyUnderTest.App("app", [], Settings, workers) with { Hosts = others, Drained = Drained }]) { Hop = papers });

    public HostReport Sees(HopHost other) => Pool.Hosts.Single(host => host.Name == other.Name && host.Routed);

    public Task Trusts(HopHost other) => Eventually.True(() => Sees(other).DownSince is null, $"{other.Name} is up for {Name}");

    /// <summary>As when its process is killed: nobody listens, and every connection is reset.</summary>
    public ValueTask Die() => server.DisposeAsync();

    public Task<RawAnswer> Get(string target, string host = "test") => RawClient.Get(Port, target, host);

    public Task<RawAnswer> Ask(string request) => RawClient.Ask(Port, request);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        trust.Dispose();
    }
}
