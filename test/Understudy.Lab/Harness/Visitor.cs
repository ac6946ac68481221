using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Understudy.Lab.Harness;

/// <summary>A client that asks for pages by name, over HTTP or over TLS and HTTP/2, and remembers which certificate it was shown.</summary>
sealed class Visitor : IDisposable
{
    readonly HttpClient _client;

    /// <param name="port">Where every name is found, on loopback.</param>
    /// <param name="tls">Over HTTP/2 and nothing else.</param>
    public Visitor(int port, bool tls = false)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            Shown = (certificate as X509Certificate2)?.Thumbprint;
            return Shown is not null;
        };
        _client = new HttpClient(handler)
        {
            Timeout = 30.Seconds(),
            DefaultRequestVersion = tls ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>The thumbprint of the certificate that the newest connection was shown.</summary>
    public string? Shown { get; private set; }

    public async Task<HttpAnswer> Get(string url, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = _client.DefaultRequestVersion, VersionPolicy = _client.DefaultVersionPolicy };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _client.SendAsync(request);
        return new HttpAnswer((int)answer.StatusCode, [.. answer.Headers.SelectMany(header => header.Value.Select(value => (header.Key, value)))], await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The answer's body while it still comes.</summary>
    public Task<Stream> Open(string url) => _client.GetStreamAsync(new Uri(url));

    public void Dispose() => _client.Dispose();
}
