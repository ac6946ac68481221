using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Understudy.Api;

/// <summary>HTTP/1.1 over TLS at one address, with limits of its own: whoever uses up its connections keeps nobody from the unix socket.</summary>
internal sealed class TlsListener : IAsyncDisposable
{
    static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    readonly WebApplication parts;

    TlsListener(WebApplication parts, IPEndPoint endpoint) => (this.parts, EndPoint) = (parts, endpoint);

    /// <summary>As it was bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <param name="shown">What a handshake answers with; asked for each.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static async Task<TlsListener> Start(IPEndPoint endpoint, Func<SslServerAuthenticationOptions> shown, ApiApplication application, CancellationToken cancellation)
    {
        var listener = Bound(endpoint);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(options => (options.CreateBoundListenSocket, options.IOQueueCount) = (_ => listener, 1));
        builder.WebHost.ConfigureKestrel(options =>
        {
            ApiServer.Limit(options);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(20);
            options.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeWithin, OnConnection = _ => new(shown()) });
            });
        });
        var parts = builder.Build();
        try
        {
            await parts.Services.GetRequiredService<IServer>().StartAsync(application, cancellation);
        }
        catch
        {
            await parts.DisposeAsync();
            listener.Dispose();
            throw;
        }
        return new TlsListener(parts, (IPEndPoint)listener.LocalEndPoint!);
    }

    public Task Stop(CancellationToken deadline) => parts.Services.GetRequiredService<IServer>().StopAsync(deadline);

    public ValueTask DisposeAsync() => parts.DisposeAsync();

    static Socket Bound(IPEndPoint endpoint)
    {
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.Address.Equals(IPAddress.IPv6Any))
                listener.DualMode = true;
            listener.Bind(endpoint);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
