using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>A proxy's edges around an application of a few lines: what a hand-over has to keep alive.</summary>
sealed class EdgeServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ListenersTransport transport;
    readonly ListenersConnections connections;
    readonly ControlSocket? control;
    readonly CancellationTokenSource following = new();
    int inFlight;

    EdgeServer(string name, string path, Listeners listeners, Certificates? certificates, TimeProvider time)
    {
        Name = name;
        connections = new ListenersConnections();
        transport = new ListenersTransport(listeners, connections);
        Departure = new HandoverDeparture(transport, connections, () => { }, time);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(k =>
        {
            foreach (var listener in listeners.All)
                k.Listen(listener.EndPoint, listen =>
                {
                    connections.Watch(listen);
                    if (listener.Kind == ListenKind.Https) certificates!.UseHttps(listen);
                });
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        app = builder.Build();
        app.Run(Answer);
        app.StartAsync().GetAwaiter().GetResult();
        control = ControlSocket.Start(path, new ControlCommands(Report, () => "metrics of " + name, () => new Dictionary<string, int> { ["shop.web.1"] = Volatile.Read(ref inFlight) }, () => Departure.Going ? [] : transport.Listeners, Departure.Leave, Departure.Stop));
        Ended = Departure.Ended();
    }

    public string Name { get; }
    public HandoverDeparture Departure { get; }
    public Task Ended { get; }
    public int Connections => connections.Count;
    public IPEndPoint EndPoint { get; private init; } = null!;

    /// <summary>What the predecessor says is inside its workers.</summary>
    public IReadOnlyDictionary<string, int>? Foreign { get; private set; }

    /// <summary>Answers to /held wait for it.</summary>
    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Requests that are inside /held.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    public static async Task<EdgeServer> Start(string name, string path, Certificates? certificates = null, TimeProvider? time = null)
    {
        using var handover = await Handover.Ask(path, TimeProvider.System, default);
        var listeners = Listeners.Open([(certificates is null ? "http" : "https") + "://127.0.0.1:0"], handover?.Sockets);
        var endPoint = listeners.All[0].EndPoint;
        var server = new EdgeServer(name, path, listeners, certificates, time ?? TimeProvider.System) { EndPoint = endPoint };
        if (handover is null) return server;
        Assert.True(await handover.Leave());
        server.Foreign = await handover.InFlight();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Departure.Stop();
        Held.TrySetResult();
        following.Dispose();
        await Ended.Within();
        if (control is not null) await control.DisposeAsync();
        await app.DisposeAsync();
        transport.Dispose();
    }

    async Task Answer(HttpContext context)
    {
        Http2Use.Mark(context.Features);
        context.Response.OnStarting(() =>
        {
            if (Departure.Going && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        if (context.Request.Path == "/held")
        {
            Interlocked.Increment(ref inFlight);
            await Held.Task;
            Interlocked.Decrement(ref inFlight);
        }

        context.Response.ContentLength = Name.Length;
        await context.Response.WriteAsync(Name);
    }

    ProxyReport Report() => new()
    {
        Pid = Environment.ProcessId,
        Version = Name,
        RoutesRevision = 0,
        State = Departure.State,
        Listen = [.. transport.Listeners.Select(l => l.Key)],
        Connections = connections.Count,
        Pools = [],
    };
}
