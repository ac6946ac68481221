using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Understudy.Decisions.Config;

namespace Understudy.Api;

/// <summary>
/// The API by HTTPS, for other machines. Its limits are its own: whoever uses up its connections keeps nobody from the unix socket.
/// </summary>
internal sealed class RemoteListener : IAsyncDisposable
{
    static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);

    readonly WebApplication parts;
    readonly ApiCertificate certificate;
    readonly IPEndPoint endpoint;
    readonly string host;

    RemoteListener(WebApplication parts, ApiCertificate certificate, IPEndPoint endpoint, string host) =>
        (this.parts, this.certificate, this.endpoint, this.host) = (parts, certificate, endpoint, host);

    /// <summary>As UNDERSTUDY_AGENT has it.</summary>
    public string Address => certificate.AddressAt(host, endpoint.Port);

    /// <param name="name">What the host is called where it listens on all of its addresses.</param>
    /// <exception cref="OperationRefused">The address or the certificate cannot be had.</exception>
    public static async Task<RemoteListener> Start(ApiConfig api, string name, Paths paths, ApiApplication application, CancellationToken cancellation)
    {
        var certificate = ApiCertificate.Open(api, paths, TimeProvider.System);
        var endpoint = EndPointOf(api.Listen);
        var listener = Bound(endpoint, api.Listen);
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
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakeWithin, OnConnection = _ => new(certificate.Options) });
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
        var bound = (IPEndPoint)listener.LocalEndPoint!;
        var any = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
        return new RemoteListener(parts, certificate, bound, any ? name : endpoint.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{endpoint.Address}]" : $"{endpoint.Address}");
    }

    public Task Stop(CancellationToken deadline) => parts.Services.GetRequiredService<IServer>().StopAsync(deadline);

    public ValueTask DisposeAsync() => parts.DisposeAsync();

    static IPEndPoint EndPointOf(string listen)
    {
        var text = listen.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + listen["localhost".Length..] : listen;
        return IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : throw new OperationRefused($"The API's address \"{listen}\" is none: write an IP address and a port, such as 0.0.0.0:7443.");
    }

    static Socket Bound(IPEndPoint endpoint, string listen)
    {
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.Address.Equals(IPAddress.IPv6Any))
                listener.DualMode = true;
            listener.Bind(endpoint);
            return listener;
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new OperationRefused($"The API cannot be served at {listen}: {failure.Message}. Name another address under `api:` of agent.yaml, or end what uses it.");
        }
    }
}
