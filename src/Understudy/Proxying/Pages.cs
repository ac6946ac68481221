using Microsoft.AspNetCore.Http;

namespace Understudy.Proxying;

/// <summary>The proxy's own answers.</summary>
internal static class Pages
{
    /// <summary>What a 503 says where the pool takes no more.</summary>
    public const string Full = "It has more requests than it can take. Please try again in a moment.";

    static readonly string ShedRetryAfter = Decisions.Proxying.Shedding.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

    static readonly byte[] ShedPage = Page(503, Title(503), "It has more to do than it has memory for. Please try again in some seconds.");

    /// <param name="declined">It came from another host's proxy, which may try elsewhere.</param>
    public static Task Write(HttpContext context, int status, string text, string? requestId = null, bool close = false, bool declined = false)
    {
        if (context.Response.HasStarted) return Task.CompletedTask;
        var headers = Clear(context.Response, status, requestId);
        if (status == 503) headers.RetryAfter = "1";
        if (declined) HopMarks.Refuse(context);
        if (close && context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal)) headers.Connection = "close";
        return Send(context, Page(status, Title(status), text));
    }

    /// <summary>Memory runs out: nothing is read that need not be.</summary>
    public static Task WriteShed(HttpContext context, string? requestId, bool close, bool declined = false)
    {
        var headers = Clear(context.Response, 503, requestId);
        headers.RetryAfter = ShedRetryAfter;
        if (declined) HopMarks.Refuse(context);
        if (close && context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal)) headers.Connection = "close";
        return Send(context, ShedPage);
    }

    /// <param name="page">The app's own page; null: the proxy's.</param>
    public static Task WriteMaintenance(HttpContext context, int retryAfterSeconds, byte[]? page, string? requestId)
    {
        Clear(context.Response, 503, requestId).RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Send(context, page ?? Page(503, "The site is being worked on", "It will be back soon. Please try again in a while."));
    }

    static IHeaderDictionary Clear(HttpResponse response, int status, string? requestId)
    {
        response.Clear();
        ChunkedBody.Remove(response);
        response.StatusCode = status;
        var headers = response.Headers;
        headers.ContentType = "text/html; charset=utf-8";
        headers.CacheControl = "no-store";
        if (requestId is not null) headers["X-Request-ID"] = requestId;
        return headers;
    }

    static byte[] Page(int status, string title, string text) =>
        System.Text.Encoding.UTF8.GetBytes($"<!doctype html><title>{status} {title}</title><h1>{title}</h1><p>{text}</p>\n");

    static Task Send(HttpContext context, byte[] page)
    {
        context.Response.ContentLength = page.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(page, 0, page.Length);
    }

    static string Title(int status) => status switch
    {
        400 => "Bad request",
        408 => "The request came too slowly",
        413 => "The request is too large",
        421 => "No such site here",
        502 => "The site failed to answer",
        503 => "The site is busy",
        504 => "The site took too long to answer",
        501 => "Not supported",
        _ => "Error",
    };
}
