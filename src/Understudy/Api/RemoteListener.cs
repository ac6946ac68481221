using System.Net;
using System.Net.Sockets;
using Understudy.Decisions.Config;

namespace Understudy.Api;

/// <summary>The API by HTTPS, for other machines.</summary>
internal sealed class RemoteListener : IAsyncDisposable
{
    readonly TlsListener listener;
    readonly ApiCertificate certificate;
    readonly string host;

    RemoteListener(TlsListener listener, ApiCertificate certificate, string host) => (this.listener, this.certificate, this.host) = (listener, certificate, host);

    /// <summary>As UNDERSTUDY_AGENT has it.</summary>
    public string Address => certificate.AddressAt(host, listener.EndPoint.Port);

    /// <param name="name">What the host is called where it listens on all of its addresses.</param>
    /// <exception cref="OperationRefused">The address or the certificate cannot be had.</exception>
    public static async Task<RemoteListener> Start(ApiConfig api, string name, Paths paths, ApiApplication application, CancellationToken cancellation)
    {
        var certificate = ApiCertificate.Open(api, paths, TimeProvider.System);
        var endpoint = EndPointOf(api.Listen);
        try
        {
            var listener = await TlsListener.Start(endpoint, () => certificate.Options, application, cancellation);
            var any = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
            return new RemoteListener(listener, certificate, any ? name : endpoint.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{endpoint.Address}]" : $"{endpoint.Address}");
        }
        catch (SocketException failure)
        {
            throw new OperationRefused($"The API cannot be served at {api.Listen}: {failure.Message}. Name another address under `api:` of agent.yaml, or end what uses it.");
        }
    }

    public Task Stop(CancellationToken deadline) => listener.Stop(deadline);

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    static IPEndPoint EndPointOf(string listen)
    {
        var text = listen.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + listen["localhost".Length..] : listen;
        return IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : throw new OperationRefused($"The API's address \"{listen}\" is none: write an IP address and a port, such as 0.0.0.0:7443.");
    }
}
