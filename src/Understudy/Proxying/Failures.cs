using System.Net.Http;
using Microsoft.AspNetCore.Http;
using Understudy.Decisions.Proxying;
using Yarp.ReverseProxy.Forwarder;

namespace Understudy.Proxying;

/// <summary>From what the forwarder reports to a verdict, and to the client's answer.</summary>
internal static class Failures
{
    /// <returns>Null: the request is to be tried again. Else the answer to await.</returns>
    public static Task? Settle(Exchange exchange, Destination destination, ForwarderError error, AbortReason aborted)
    {
        var context = exchange.Context;
        var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        if (IsAnswered(exchange, error, exception)) return Task.CompletedTask;
        if (IsClients(exchange, error, exception, out var bad)) return ClientFailed(context, exchange, bad);
        // 101 went out: both ends are streams, and either may end them.
        if (error >= ForwarderError.UpgradeRequestCanceled && error <= ForwarderError.UpgradeActivityTimeout) return Task.CompletedTask;
        if (HasLeft(context, error, aborted)) return Task.CompletedTask;
        var failure = aborted switch
        {
            AbortReason.MarkedDown => Failure.MarkedDown,
            AbortReason.TimedOut => Failure.TimedOut,
            _ when exchange.Declined => Failure.Declined,
            _ when destination is RoutedHost && exchange.BodyKept && IsSentBack(exception) => Failure.NotDelivered,
            _ => Classify(error, exception),
        };
        exchange.Declined = false;
        var retries = exchange.App!.Retries;
        var verdict = destination is RoutedHost host
            ? retries.Judge(exchange, host, failure, aborted == AbortReason.None ? Unreachable(exception) : null, IsIdempotent(exchange))
            : retries.Judge(exchange, (RoutedWorker)destination, failure, IsIdempotent(exchange));
        switch (verdict)
        {
            case Verdict.Retry:
                context.Response.Clear();
                ChunkedBody.Remove(context.Response);
                context.Features.Set<IForwarderErrorFeature>(null);
                return null;
            case Verdict.Refused:
                return Pages.Write(context, 503, Pages.Full, exchange.RequestId, Unread(exchange));
            case Verdict.TimedOut:
                return Pages.Write(context, 504, "It did not answer within the time allowed.", exchange.RequestId, Unread(exchange));
            case Verdict.LostInside:
                return Pages.Write(context, 502, "The request was being worked on when its worker was lost. It may have been carried out.", exchange.RequestId, Unread(exchange));
            case Verdict.BadGateway:
                return Pages.Write(context, 502, "Please try again in a moment.", exchange.RequestId, Unread(exchange));
            default:
                // IHttpForwarder ends the connection too, but not after a failure that came with the last byte.
                context.Abort();
                return Task.CompletedTask;
        }
    }

    /// <summary>Of an answer that had begun, the forwarder has ended the client's connection itself: that it ended tells nothing of who was first.</summary>
    static bool HasLeft(HttpContext context, ForwarderError error, AbortReason aborted) =>
        context.RequestAborted.IsCancellationRequested
        && (!context.Response.HasStarted || (aborted == AbortReason.None && error != ForwarderError.ResponseBodyDestination));

    static bool Unread(Exchange exchange) => !exchange.BodyKept;

    static bool IsIdempotent(Exchange exchange)
    {
        var request = exchange.Context.Request;
        return RetryRules.IsIdempotent(request.Method)
            || HttpMethods.IsConnect(request.Method)
            || (exchange.App!.Route.Pool.RetryIdempotencyKey && request.Headers["Idempotency-Key"].Count > 0);
    }

    /// <summary>
    /// The answer has come whole, and the worker or host wanted no more of the body, or its connection ended, before that was noted as sent.
    /// The forwarder tells of it nonetheless; where something came of it before, it tells of both.
    /// </summary>
    static bool IsAnswered(Exchange exchange, ForwarderError error, Exception? exception) =>
        exchange.AnsweredAt != 0 && exception is not AggregateException
        && error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination or ForwarderError.RequestBodyCanceled;

    /// <summary>
    /// The forwarder blames the client whenever copying the body ended before a read. Over HTTP/2 the connection's end does that too, by a
    /// cancellation; and a body that is kept was read long ago.
    /// </summary>
    static bool IsClients(Exchange exchange, ForwarderError error, Exception? exception, out BadHttpRequestException? bad)
    {
        bad = null;
        var cancelled = false;
        for (var inner = exception; inner is not null; inner = inner is AggregateException { InnerExceptions.Count: > 0 } several ? several.InnerExceptions[0] : inner.InnerException)
        {
            if (inner is BadHttpRequestException found) bad = found;
            cancelled |= inner is OperationCanceledException;
        }

        return bad is not null || error == ForwarderError.ResponseBodyClient
            || (error == ForwarderError.RequestBodyClient && exchange.Kept is null && !cancelled);
    }

    static Task ClientFailed(HttpContext context, Exchange exchange, BadHttpRequestException? bad)
    {
        // Kestrel reports some damaged bodies as bad requests and others as plain errors in reading.
        if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            return Pages.Write(context, bad?.StatusCode ?? 400, "The request's body could not be read.", exchange.RequestId, close: true);
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Null: a connection came about, or it is only that none did in time.</summary>
    static string? Unreachable(Exception? exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } http)
                return $"its proxy cannot be reached: {(http.InnerException ?? http).Message}";
        }

        return null;
    }

    /// <summary>
    /// The other end of an HTTP/2 connection said that it has not looked at the request (REFUSED_STREAM, or a GOAWAY with an older stream as
    /// its last): HttpClient repeats it then by itself, and fails by the forwarder's body, which cannot be read twice.
    /// </summary>
    static bool IsSentBack(Exception? exception) => exception switch
    {
        null => false,
        AggregateException several => several.InnerExceptions.Any(IsSentBack),
        HttpRequestException { InnerException: InvalidOperationException consumed } => consumed is not ObjectDisposedException,
        _ => IsSentBack(exception.InnerException),
    };

    static Failure Classify(ForwarderError error, Exception? exception)
    {
        // With no timeout of its own, the only thing that can time out inside the client is connecting.
        if (error == ForwarderError.RequestTimedOut) return Failure.NotDelivered;
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is not HttpRequestException http) continue;
            if (http.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError) return Failure.NotDelivered;
            if (http.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded) return Failure.Garbled;
        }

        return error is ForwarderError.RequestCreation or ForwarderError.ResponseHeaders ? Failure.Garbled : Failure.Broken;
    }
}
