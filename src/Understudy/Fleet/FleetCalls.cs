using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Understudy.Api;

namespace Understudy.Fleet;

/// <summary>What one agent asks of another.</summary>
static class FleetCalls
{
    const int LongestAnswer = 65_536;

    static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <summary>The fleet's certificate from a host that is not known yet: believed for its fingerprint alone, which the token has.</summary>
    /// <returns>With it, the address from which that host was reached.</returns>
    /// <exception cref="OperationRefused">Nobody answers there, or it is another fleet's.</exception>
    public static async Task<(string Pem, IPAddress From)> Authority(string address, byte[] fingerprint, CancellationToken cancellation)
    {
        IPAddress? from = null;
        var anybody = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
        var pem = await Ask(address, anybody, HttpMethod.Get, FleetListener.AuthorityPath, null, cancellation, local => from = local);
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.UTF8.GetString(pem));
            if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.RawData), fingerprint))
                throw new OperationRefused($"who answers at {address} is of another fleet than the token: the token was not shown. Copy it whole, and make sure that the address is the fleet's");
            return (certificate.ExportCertificatePem(), from ?? IPAddress.None);
        }
        catch (CryptographicException)
        {
            throw new OperationRefused($"who answers at {address}, port {FleetFile.AgentPort}, is no agent of a fleet");
        }
    }

    /// <summary>Asks to be let in.</summary>
    /// <param name="authorityPem">Of the fleet, which whoever answers must be of.</param>
    public static Task<JoinAnswerDocument> Join(string address, string authorityPem, JoinRequest request, CancellationToken cancellation)
    {
        var trusting = new SslClientAuthenticationOptions { CertificateChainPolicy = HostIdentity.Servers(X509Certificate2.CreateFromPem(authorityPem)) };
        return Ask(address, trusting, FleetListener.JoinPath, request, JsonFleet.Default.JoinRequest, JsonFleet.Default.JoinAnswerDocument, cancellation);
    }

    public static Task<RenewAnswer> Renew(string address, HostIdentity own, RenewRequest request, CancellationToken cancellation) =>
        Ask(address, own.Client(), FleetListener.RenewPath, request, JsonFleet.Default.RenewRequest, JsonFleet.Default.RenewAnswer, cancellation);

    public static async Task<EpochAnswer> Epoch(string address, HostIdentity own, CancellationToken cancellation) =>
        Parse(address, await Ask(address, own.Client(), HttpMethod.Get, FleetListener.EpochPath, null, cancellation), JsonFleet.Default.EpochAnswer);

    static async Task<TAnswer> Ask<T, TAnswer>(string address, SslClientAuthenticationOptions tls, string path, T request, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        Parse(address, await Ask(address, tls, HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(request, type), cancellation), answer);

    static T Parse<T>(string address, byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException wrong)
        {
            throw new OperationRefused($"the agent at {address} answered what is not understood: {wrong.Message}. Is it of another version?");
        }
    }

    static async Task<byte[]> Ask(string address, SslClientAuthenticationOptions tls, HttpMethod method, string path, byte[]? body, CancellationToken cancellation, Action<IPAddress>? reached = null)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Within);
        using var handler = new SocketsHttpHandler { SslOptions = tls, UseProxy = false, AllowAutoRedirect = false, MaxResponseHeadersLength = 16, ConnectCallback = Connect };
        using var client = new HttpClient(handler) { MaxResponseContentBufferSize = LongestAnswer };
        using var request = new HttpRequestMessage(method, $"https://{FleetFile.At(address, FleetFile.AgentPort)}{path}") { Content = body is null ? null : new ByteArrayContent(body) };
        try
        {
            using var answer = await client.SendAsync(request, late.Token);
            var bytes = await answer.Content.ReadAsByteArrayAsync(late.Token);
            return answer.IsSuccessStatusCode ? bytes : throw new OperationRefused($"the agent at {address} refuses: {Refusal(bytes)}", (int)answer.StatusCode == 400 ? RefusalKind.Invalid : RefusalKind.Conflict);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            var why = failed is OperationCanceledException ? $"nothing came within {Within.TotalSeconds:0} s"
                : failed.InnerException is AuthenticationException untrusted ? $"it is not of this fleet ({untrusted.Message.TrimEnd('.')})" : (failed.InnerException ?? failed).Message;
            throw new OperationRefused($"the agent at {FleetFile.At(address, FleetFile.AgentPort)} cannot be asked: {why}");
        }

        async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ending)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, ending);
                if (socket.LocalEndPoint is IPEndPoint { Address: var local })
                    reached?.Invoke(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    static string Refusal(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, JsonDocuments.Readable.ErrorDocument)?.Error ?? "it does not say why";
        }
        catch (JsonException)
        {
            return "it does not say why";
        }
    }
}
