using System.Net.Http;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>Carries one exchange's target and headers over to the worker and back: byte for byte, save what concerns the connection or is the proxy's to set.</summary>
internal sealed class ExchangeTransform(Exchange exchange, RequestPath path) : HttpTransformer
{
    static readonly UriCreationOptions asItCame = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage message, string destinationPrefix, CancellationToken cancellationToken)
    {
        message.RequestUri = new Uri(string.Concat(destinationPrefix, exchange.Target), asItCame);
        var headers = context.Request.Headers;
        var named = headers.Connection.Count == 0 ? null : HopHeaders.Named(headers.Connection);
        // What another host's proxy has passed on has all that this one would set.
        if (exchange.Hop is not null)
        {
            foreach (var (name, values) in headers)
            {
                if (!HopHeaders.InRequest(name) && !(exchange.Kept is not null && name.Equals("Expect", StringComparison.OrdinalIgnoreCase))) Add(message, name, values);
            }

            if (headers.TE.Count > 0) message.Headers.TryAddWithoutValidation("TE", "trailers");
            return default;
        }

        string? forwardedFor = null, forwardedProto = null, forwardedHost = null, start = null;
        foreach (var (name, values) in headers)
        {
            if (HopHeaders.InRequest(name) || named?.Contains(name) == true) continue;
            if (HopHeaders.IsForwarded(name))
            {
                if (!exchange.PeerTrusted) continue;
                if (name.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase)) forwardedFor = values.ToString();
                else if (name.Equals("X-Forwarded-Proto", StringComparison.OrdinalIgnoreCase)) forwardedProto = values.ToString();
                else if (name.Equals("X-Forwarded-Host", StringComparison.OrdinalIgnoreCase)) forwardedHost = values.ToString();
                else Add(message, name, values);
            }
            else if (HopHeaders.IsRequestMark(name))
            {
                if (exchange.PeerTrusted && name.Equals("X-Request-Start", StringComparison.OrdinalIgnoreCase)) start = values.ToString();
            }
            // The body is at hand already: there is nothing to wait for.
            else if (!(exchange.Kept is not null && name.Equals("Expect", StringComparison.OrdinalIgnoreCase)))
            {
                Add(message, name, values);
            }
        }

        var outgoing = message.Headers;
        if (headers.TE.Count > 0 && headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase)) outgoing.TryAddWithoutValidation("TE", "trailers");
        outgoing.TryAddWithoutValidation("X-Forwarded-For", forwardedFor is null ? exchange.PeerText : string.Concat(forwardedFor, ", ", exchange.PeerText));
        outgoing.TryAddWithoutValidation("X-Forwarded-Proto", forwardedProto ?? context.Request.Scheme);
        var host = headers.Host;
        if ((forwardedHost ?? (host.Count == 1 ? host[0] : null)) is { Length: > 0 } forHost) outgoing.TryAddWithoutValidation("X-Forwarded-Host", forHost);
        outgoing.TryAddWithoutValidation("X-Request-ID", exchange.RequestId);
        outgoing.TryAddWithoutValidation("X-Request-Start", start ?? RequestMarks.Start(TimeProvider.System.GetUtcNow()));
        return default;
    }

    static void Add(HttpRequestMessage message, string name, in StringValues values)
    {
        // HttpClient joins the lines of a header with commas, which Cookie cannot have (RFC 6265).
        var value = values.Count == 1 ? values[0]
            : name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? string.Join("; ", values.ToArray())
            : null;
        if (value is not null)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        else if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (exchange.Host is not null && proxyResponse?.Headers.Contains(HopMarks.Refused) == true)
        {
            exchange.Declined = true;
            return false;
        }

        if (!Copy(context, proxyResponse)) return proxyResponse is not null;
        // IHttpForwarder holds the headers back until the first byte of the body, which an event stream may not have for long.
        await context.Response.Body.FlushAsync(cancellationToken);
        return true;
    }

    /// <returns>Whether the answer is an event stream.</returns>
    bool Copy(HttpContext context, HttpResponseMessage? answer)
    {
        if (answer is null) return false;
        var now = Clock.Ticks;
        exchange.AnsweredAt = now;
        var headers = context.Response.Headers;
        CopyHeaders(answer.Headers.NonValidated, headers);
        CopyHeaders(answer.Content.Headers.NonValidated, headers);
        var status = context.Response.StatusCode;
        if (exchange.Worker is { } worker)
        {
            worker.Answered(now, now - exchange.HandedAt, status);
            exchange.App!.Retries.Answered(exchange);
        }

        exchange.Host?.Answered(now);
        // HTTP allows no Content-Length with these, and Kestrel refuses to send one.
        if (status is 204 or 101) headers.ContentLength = null;
        var upgraded = status == 101 || (status == 200 && answer.RequestMessage?.Headers.Protocol is not null);
        if (headers.Trailer.Count > 0) AnnounceTrailers(context, answer);
        if (!upgraded) path.SayIfLeaving(context);
        var events = !upgraded && headers.ContentType is { Count: 1 } type && type[0]!.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        if (upgraded || events) exchange.App!.Pool.BecomeStream(exchange);
        return events;
    }

    /// <summary>Trailers over HTTP/1.1 need the framing in our own hands; those that were not announced are dropped there, as RFC 9110 lets a proxy do.</summary>
    static void AnnounceTrailers(HttpContext context, HttpResponseMessage answer)
    {
        if (context.Request.Protocol != "HTTP/1.1" || (answer.Headers.TransferEncodingChunked != true && (answer.Version.Major < 2 || answer.Content.Headers.ContentLength is not null)) || HttpMethods.IsHead(context.Request.Method)) return;
        context.Response.Headers.TransferEncoding = "chunked";
        context.Response.Body = new ChunkedBody(context.Response.Body);
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext context, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        if (context.Response.Body is not ChunkedBody body) return base.TransformResponseTrailersAsync(context, proxyResponse, cancellationToken);
        var trailers = new HeaderDictionary();
        CopyHeaders(proxyResponse.TrailingHeaders.NonValidated, trailers);
        return body.End(trailers, cancellationToken);
    }

    static void CopyHeaders(HttpHeadersNonValidated from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (HopHeaders.InResponse(name)) continue;
            to[name] = values.Count == 1 ? new StringValues(values.ToString()) : Several(values);
        }
    }

    static StringValues Several(HeaderStringValues values)
    {
        var copy = new string[values.Count];
        var next = 0;
        foreach (var value in values) copy[next++] = value;
        return new StringValues(copy);
    }
}
