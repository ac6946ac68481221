using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>A whole proxy on a free loopback port, in this process.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    readonly ProxyServer server;
    long revision;

    ProxyUnderTest(ProxyServer server, int port)
    {
        this.server = server;
        Port = port;
    }

    public int Port { get; }
    public ProxyRuntime Runtime => server.Runtime;

    public static Task<ProxyUnderTest> Start(params AppRoute[] apps) => Start(HttpProtocols.Http1, apps);

    /// <param name="protocols">HTTP/2 is spoken without TLS here, to clients that know it.</param>
    public static async Task<ProxyUnderTest> Start(HttpProtocols protocols, params AppRoute[] apps)
    {
        var server = ProxyServer.Create(null, _ => { }, kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols), new HopTrust(TimeProvider.System, _ => { }));
        var proxy = new ProxyUnderTest(server, 0);
        proxy.Apply(apps);
        await server.Start();
        return new ProxyUnderTest(server, server.Ports.Single()) { revision = proxy.revision };
    }

    public static Task<ProxyUnderTest> Start(Func<PoolRoute, PoolRoute> settings, params RawWorker[] workers) =>
        Start(App("app", [], settings, workers));

    public static Task<ProxyUnderTest> Start(params RawWorker[] workers) => Start(pool => pool, workers);

    public void Apply(params AppRoute[] apps) => Runtime.Apply(new RouteTable(++revision, apps));

    public static AppRoute App(string name, string[] domains, Func<PoolRoute, PoolRoute> settings, params RawWorker[] workers) =>
        new(name, domains, null, null, settings(new PoolRoute
        {
            Name = "web",
            Concurrency = 5,
            QueueLength = 100,
            QueueWait = TimeSpan.FromSeconds(10),
            RequestTimeout = TimeSpan.FromSeconds(30),
            BodyBytes = 10_000_000_000,
            ReadyPath = "/up",
            Workers = [.. workers.Select((worker, index) => worker.Route($"{name}.web.{index + 1}"))],
        }));

    public PoolReport Pool => Runtime.Report([], 0).Pools[0];

    public WorkerReport Worker(int number) => Pool.Workers.Single(worker => worker.Id.EndsWith("." + number, StringComparison.Ordinal));

    public Task<RawClient> Connect() => RawClient.Connect(Port);

    public Task<RawAnswer> Get(string target, string host = "test") => RawClient.Get(Port, target, host);

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
