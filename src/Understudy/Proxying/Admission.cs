using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Which requests are taken at all, and for which app.</summary>
internal static class Admission
{
    /// <summary>Fills in the exchange, or answers.</summary>
    /// <returns>Null when the request goes on to its app.</returns>
    public static Task? Refuse(Exchange exchange, Routing routing)
    {
        var context = exchange.Context;
        var request = context.Request;
        var headers = request.Headers;
        KnowPeer(exchange, routing);
        exchange.RequestId = RequestMarks.Id(headers["X-Request-ID"]);
        exchange.Target = RequestShape.OriginForm(context.Features.Get<IHttpRequestFeature>()!.RawTarget);

        if (headers.TransferEncoding.Count > 0 && Misframed(request) is { } wrong) return Pages.Write(context, 400, wrong, exchange.RequestId, close: true);
        if (HttpMethods.IsConnect(request.Method) && context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect != true)
            return Pages.Write(context, 501, "This is no forward proxy: CONNECT is not taken.", exchange.RequestId, close: true);
        // `OPTIONS *` asks what the server as a whole can do; that is the proxy, whichever worker stands behind it.
        if (exchange.Target == "*") return Task.CompletedTask;

        var app = Route(exchange, routing, headers.Host);
        if (app is null) return Pages.Write(context, 421, "No app on this server is configured for the host name asked for.", exchange.RequestId);
        exchange.App = app;
        var most = app.Route.Pool.BodyBytes;
        if (request.ContentLength > most) return Pages.Write(context, 413, "Its body is larger than this site takes.", exchange.RequestId, close: true);
        if (request.ContentLength is null or > 0 && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        return null;
    }

    static string? Misframed(HttpRequest request)
    {
        var coding = request.Headers.TransferEncoding;
        // Kestrel moves a Content-Length that came with a Transfer-Encoding to this name.
        var lengthToo = request.ContentLength is not null || request.Headers.ContainsKey("X-Content-Length");
        return RequestShape.Refuse(request.Protocol == "HTTP/1.0", coding.Count, coding[0], lengthToo);
    }

    static App? Route(Exchange exchange, Routing routing, string? host)
    {
        host ??= "";
        if (ReferenceEquals(host, exchange.RoutedHost) && exchange.RoutedBy == routing) return exchange.RoutedTo;
        exchange.RoutedHost = host;
        exchange.RoutedBy = routing;
        return exchange.RoutedTo = routing.Find(host);
    }

    static void KnowPeer(Exchange exchange, Routing routing)
    {
        var peer = exchange.Context.Connection.RemoteIpAddress;
        if (ReferenceEquals(peer, exchange.Peer) && exchange.RoutedBy == routing) return;
        exchange.Peer = peer;
        exchange.PeerText = peer is null ? "unknown" : (peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer).ToString();
        exchange.PeerTrusted = peer is not null && routing.Trusts(peer);
    }
}
