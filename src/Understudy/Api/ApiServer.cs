using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Understudy.Decisions.Config;

namespace Understudy.Api;

/// <summary>
/// The agent's API on its unix socket, open to the agent's own user only; where configured by HTTPS for other machines, and /metrics on an
/// address of its own.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);
    readonly CancellationTokenSource stopping = new();
    readonly List<KestrelServer> servers = [];
    readonly string socketPath;
    RemoteListener? remote;

    ApiServer(string socketPath) => this.socketPath = socketPath;

    /// <summary>As UNDERSTUDY_AGENT has it; null: other machines cannot reach the agent.</summary>
    internal string? RemoteAddress => remote?.Address;

    /// <exception cref="OperationRefused">The socket, the API's or the metrics address cannot be had.</exception>
    internal static async Task<ApiServer> Start(ApiCalls calls, Paths paths, HostConfig host, CancellationToken cancellation)
    {
        var server = new ApiServer(paths.AgentSocket);
        var routes = new ApiRoutes(calls, () => server.RemoteAddress);
        try
        {
            Directory.CreateDirectory(paths.Run);
            // Before the socket: who asks there for a token is told this address.
            if (host.Api is { } api)
            {
                var application = new ApiApplication(new TokenGate(calls.Tokens, routes.Answer).Answer, server.stopping.Token);
                server.remote = await RemoteListener.Start(api, host.Host ?? Environment.MachineName, paths, application, cancellation);
            }
            await server.Serve(OwnSocket(paths.AgentSocket), routes.Answer, cancellation);
            if (host.Metrics is { } address)
                await server.Serve(MetricsSocket(address), (context, _) => routes.AnswerMetrics(context), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the streams, lets other answers finish for at most 2 s, and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (servers.Count > 0)
            File.Delete(socketPath);
        await stopping.CancelAsync();
        using var deadline = new CancellationTokenSource(StopWithin);
        foreach (var server in servers)
        {
            await server.StopAsync(deadline.Token);
            server.Dispose();
        }
        servers.Clear();
        if (remote is not null)
        {
            await remote.Stop(deadline.Token);
            await remote.DisposeAsync();
        }
        stopping.Dispose();
    }

    async Task Serve(Socket listener, Func<Microsoft.AspNetCore.Http.HttpContext, CancellationToken, Task> answer, CancellationToken cancellation)
    {
        var options = new KestrelServerOptions();
        Limit(options);
        options.Listen(listener.LocalEndPoint!, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = _ => listener, IOQueueCount = 1 }), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new ApiApplication(answer, stopping.Token), cancellation);
        servers.Add(server);
    }

    internal static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 65_536;
        options.Limits.MaxRequestHeadersTotalSize = 16_384;
        options.Limits.MaxConcurrentConnections = 200;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
    }

    /// <summary>Bound under another name and renamed into place: never open to others, and a dead agent's socket is replaced in one step.</summary>
    static Socket OwnSocket(string path)
    {
        var fresh = path + ".new";
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(fresh);
            listener.Bind(new UnixDomainSocketEndPoint(fresh));
            File.SetUnixFileMode(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(fresh, path, overwrite: true);
            return listener;
        }
        catch (ArgumentOutOfRangeException)
        {
            listener.Dispose();
            throw new OperationRefused($"The agent's socket cannot be at {path}: a unix socket's path has at most 103 bytes here. Put the state into a shorter folder with --root.");
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new OperationRefused($"The agent's socket cannot be made at {path}: {failure.Message}");
        }
    }

    static Socket MetricsSocket(string address)
    {
        if (!IPEndPoint.TryParse(address, out var endpoint) || endpoint.Port == 0)
            throw new OperationRefused($"The metrics address \"{address}\" is none: write an IP address and a port, such as 127.0.0.1:9400.");
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            return listener;
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new OperationRefused($"The metrics page cannot be served at {address}: {failure.Message}. Name another address, or none.");
        }
    }
}
