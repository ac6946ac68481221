using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace StuntApp.Stunts;

/// <summary>Answers of any status, size, speed and header.</summary>
internal static class AnswerStunts
{
    private static readonly byte[] Letters = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("abcdefghijklmnopqrstuvwxyz012345", 2048)));

    public static void Map(WebApplication app)
    {
        app.Map("/answer/{status:int}", Answer);
        app.Map("/slow", async (int? ms) =>
        {
            await Task.Delay(ms ?? 1000);
            return $"stunt {Environment.ProcessId}\n";
        });
        app.MapGet("/busy", (int? ms) =>
        {
            var began = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(began).TotalMilliseconds < (ms ?? 1000)) { }
            return $"stunt {Environment.ProcessId}\n";
        });
        app.MapGet("/drip", Drip);
        app.Map("/upload", Upload);
        app.Map("/echo", Echo);
    }

    /// <summary>`size` letters of the alphabet, so that a receiver can tell where a body broke.</summary>
    public static async Task WriteLetters(HttpContext context, long size)
    {
        for (var left = size; left > 0; left -= Letters.Length)
            await context.Response.Body.WriteAsync(Letters.AsMemory(0, (int)Math.Min(left, Letters.Length)), context.RequestAborted);
    }

    private static async Task Answer(HttpContext context, int status, long? size, bool? chunked, int? ms)
    {
        await Task.Delay(ms ?? 0);
        context.Response.StatusCode = status;
        foreach (var header in context.Request.Query["header"])
            if (header?.Split(':', 2) is [var name, var value])
                context.Response.Headers[name] = StringValues.Concat(context.Response.Headers[name], value.TrimStart());
        if (chunked != true && status is not (204 or 304))
            context.Response.ContentLength = size ?? 0;
        if (size > 0 && !HttpMethods.IsHead(context.Request.Method))
            await WriteLetters(context, size.Value);
    }

    private static async Task Drip(HttpContext context, int? count, int? ms)
    {
        for (var drop = 0; drop < (count ?? 10); drop++)
        {
            await context.Response.WriteAsync($"{drop}\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(ms ?? 100, context.RequestAborted);
        }
    }

    private static async Task<IResult> Upload(HttpContext context, int? early, int? ms)
    {
        if (early is { } status)
            return Results.Text("early\n", statusCode: status);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            total += read;
            if (ms is { } pause)
                await Task.Delay(pause);
        }
        var trailers = context.Request.CheckTrailersAvailable() && context.Request.SupportsTrailers()
            ? context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestTrailersFeature>()!.Trailers.ToDictionary(trailer => trailer.Key, trailer => trailer.Value.ToString())
            : [];
        return Results.Json(new Uploaded(Environment.ProcessId, context.Request.Method, total, Convert.ToHexStringLower(hash.GetHashAndReset()), trailers));
    }

    private static Echoed Echo(HttpContext context) => new(
        Environment.ProcessId, context.Request.Method, context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
        context.Request.Protocol, [.. context.Request.Headers.SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"))]);

    private sealed record Uploaded(int Worker, string Method, long Bytes, string Sha256, Dictionary<string, string> Trailers);

    private sealed record Echoed(int Worker, string Method, string Target, string Protocol, IReadOnlyList<string> Headers);
}
