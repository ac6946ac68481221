using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Understudy.Api;

namespace Understudy.Fleet;

/// <summary>Where other hosts' agents ask this one: by mutual TLS, but for a host that joins, which has a token instead.</summary>
sealed class FleetListener(FleetPapers papers, FleetAdmission admission) : IAsyncDisposable
{
    public const string AuthorityPath = "/v1/authority", JoinPath = "/v1/join", RenewPath = "/v1/renew", EpochPath = "/v1/epoch";

    const int LongestBody = 32_768;

    static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _stopping = new();
    TlsListener? _listener;

    /// <exception cref="OperationRefused">The address cannot be had.</exception>
    public async Task Start(string address, CancellationToken cancellation)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(address), FleetFile.AgentPort);
        try
        {
            _listener = await TlsListener.Start(endpoint, () => papers.Identity.ServerOfStrangersToo(SslApplicationProtocol.Http11), new ApiApplication(Answer, _stopping.Token), cancellation);
        }
        catch (SocketException failure)
        {
            throw new OperationRefused($"the fleet's agents cannot be answered at {endpoint}: {failure.Message}. End what uses that port, or give the address that this host has");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_listener is not null)
        {
            using var deadline = new CancellationTokenSource(StopWithin);
            await _listener.Stop(deadline.Token);
            await _listener.DisposeAsync();
        }
        _stopping.Dispose();
    }

    Task Answer(HttpContext context, CancellationToken stopping) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", AuthorityPath) => context.Response.WriteAsync(admission.AuthorityPem, stopping),
        ("POST", JoinPath) => Join(context, stopping),
        ("POST", RenewPath) => Renew(context, stopping),
        ("GET", EpochPath) => Write(context, Known(context) is not null ? admission.Epoch : throw Stranger(), JsonFleet.Default.EpochAnswer, stopping),
        _ => throw new BadRequest("Nothing is here for an agent of this version.", StatusCodes.Status404NotFound),
    };

    async Task Join(HttpContext context, CancellationToken stopping)
    {
        var request = await Read(context, JsonFleet.Default.JoinRequest, stopping);
        await Write(context, await admission.Join(request, From(context), stopping), JsonFleet.Default.JoinAnswerDocument, stopping);
    }

    async Task Renew(HttpContext context, CancellationToken stopping)
    {
        var shown = Known(context) ?? throw Stranger();
        var request = await Read(context, JsonFleet.Default.RenewRequest, stopping);
        await Write(context, admission.Renew(shown.GetNameInfo(X509NameType.SimpleName, false), request), JsonFleet.Default.RenewAnswer, stopping);
    }

    /// <summary>Null: one who shows no certificate of the fleet.</summary>
    static X509Certificate2? Known(HttpContext context) => context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;

    static BadRequest Stranger() => new("Only a host of the fleet may ask this: show its certificate.", StatusCodes.Status403Forbidden);

    static IPAddress From(HttpContext context) => context.Connection.RemoteIpAddress is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : IPAddress.None;

    static async Task<T> Read<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LongestBody;
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, cancellation) ?? throw new BadRequest("The body is null.");
        }
        catch (JsonException wrong)
        {
            throw new BadRequest($"The body is not what belongs here: {wrong.Message}");
        }
    }

    static Task Write<T>(HttpContext context, T answer, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, type), cancellation).AsTask();
    }
}
