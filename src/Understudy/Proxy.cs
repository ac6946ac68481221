using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Understudy.Linux;
using Understudy.Proxying;

namespace Understudy;

/// <param name="Listen">Public addresses: `http://ADDRESS:PORT` or `https://ADDRESS:PORT`.</param>
public sealed record ProxyOptions(Paths Paths, IReadOnlyList<string> Listen);

/// <summary>The composition root of the proxy's process.</summary>
public static class Proxy
{
    /// <summary>Serves until told to stop (SIGTERM) or until a newer proxy has taken over and this one is empty. Returns the exit code.</summary>
    public static async Task<int> Run(ProxyOptions options)
    {
        ProxyServer.PrepareProcess();
        // A terminal sends these to the whole group of `up`; the agent decides what becomes of the proxy.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static signal => signal.Cancel = true);
        try
        {
            await Serve(options);
            return 0;
        }
        catch (OperationRefused refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 2;
        }
    }

    static async Task Serve(ProxyOptions options)
    {
        var time = TimeProvider.System;
        // It has to say 503 when there is no memory to read its own code from the disk with.
        SelfProtection.Apply();
        using var handover = await Handover.Ask(options.Paths.ProxySocket, time, CancellationToken.None);
        using var listeners = Listeners.Open(options.Listen, handover?.Sockets);
        var connections = new ListenersConnections();
        using var transport = new ListenersTransport(listeners, connections);
        using var certificates = new Certificates(time, Console.Error);
        using var trust = new HopTrust(time, Console.Error.WriteLine);
        await using var log = new AccessLog(options.Paths.AccessLog, time);
        await using var server = ProxyServer.Create(options.Paths.Routes, Console.Error.WriteLine, Endpoints, trust, transport);
        using var shedding = new LoadShedding(options.Paths.Shedding, Console.Error.WriteLine);
        var runtime = server.Runtime;
        runtime.Path.Shedding = shedding;
        runtime.Applied = certificates.Use;
        runtime.Path.AccessSink = log.Write;
        var departure = new HandoverDeparture(transport, connections, runtime.Leave, time);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => { signal.Cancel = true; departure.Stop(); });

        if (handover is not null && await handover.InFlight() is { } counts) runtime.SetForeignInFlight(counts);
        await server.Start();
        await using var control = ControlSocket.Start(options.Paths.ProxySocket, new ControlCommands(
            Report, () => MetricsPage.Write(runtime.Routing.Apps, Report(), log.Dropped), runtime.InFlight,
            () => departure.Going ? [] : transport.Listeners, departure.Leave, departure.Stop));
        using var ended = new CancellationTokenSource();
        var following = handover is not null && await handover.Leave() ? handover.Follow(runtime.SetForeignInFlight, ended.Token) : Task.CompletedTask;

        await departure.Ended();
        await ended.CancelAsync();
        await following;

        Decisions.Proxying.ProxyReport Report() => runtime.Report(listeners.Asked, connections.Count);

        void Endpoints(KestrelServerOptions kestrel)
        {
            foreach (var listener in listeners.All)
                kestrel.Listen(listener.EndPoint, listen =>
                {
                    connections.Watch(listen);
                    if (listener.Kind == ListenKind.Hop) HopListener.Use(listen, trust);
                    else if (listener.Kind == ListenKind.Https) certificates.UseHttps(listen);
                });
        }
    }
}
