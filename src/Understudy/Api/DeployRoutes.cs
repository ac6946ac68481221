using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Understudy.Api;

/// <summary>Which call answers which request about deploys and releases.</summary>
internal sealed class DeployRoutes(DeployCalls calls)
{
    /// <summary>A manifest has some 150 bytes for each file.</summary>
    const long ManifestLimit = 64_000_000;

    /// <summary>Of all files of one checkout.</summary>
    const long UploadLimit = 4_000_000_000;

    /// <summary>Null: nothing of this answers there.</summary>
    public Task? Answer(HttpContext context, CancellationToken stopping) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("POST", "/v1/source") => Manifest(context),
        ("PUT", "/v1/source") => Upload(context, stopping),
        ("POST", "/v1/deploys") => Deploy(context),
        ("GET", "/v1/deploys") => Watch(context, stopping),
        ("DELETE", "/v1/deploys") => Cancel(context),
        ("GET", "/v1/releases") => ApiRoutes.Json(context, calls.Releases(Query(context, "app")), JsonDocuments.Readable.IReadOnlyListReleaseDocument),
        ("POST", "/v1/rollback") => Rollback(context),
        ("POST", "/v1/maintenance") => Maintenance(context),
        (_, "/v1/source") => throw ApiRoutes.OtherMethod(context, "POST, PUT"),
        (_, "/v1/deploys") => throw ApiRoutes.OtherMethod(context, "GET, POST, DELETE"),
        (_, "/v1/releases") => throw ApiRoutes.OtherMethod(context, "GET"),
        (_, "/v1/rollback" or "/v1/maintenance") => throw ApiRoutes.OtherMethod(context, "POST"),
        _ => null,
    };

    async Task Manifest(HttpContext context)
    {
        Allow(context, ManifestLimit);
        await Json(context, await calls.Manifest(Needed(context, "app"), context.Request.Body, context.RequestAborted), JsonDocuments.Readable.SourceDocument);
    }

    /// <summary>Not ended by the connection's end, which the body tells by itself: what came whole before is kept.</summary>
    async Task Upload(HttpContext context, CancellationToken stopping)
    {
        Allow(context, UploadLimit);
        await Json(context, await calls.Upload(Needed(context, "app"), context.Request.Body, UploadLimit, stopping), JsonDocuments.Readable.DoneDocument);
    }

    async Task Deploy(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["app", "source", "by", "reason", "commit", "ref"], context.RequestAborted);
        var request = new DeployRequest(Text(body, "app"), Text(body, "source"), By(context, body), Maybe(body, "reason"), Maybe(body, "commit"), Maybe(body, "ref"));
        await Json(context, calls.Deploy(request), JsonDocuments.Readable.DeployStartedDocument);
    }

    async Task Rollback(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["app", "release", "by", "reason"], context.RequestAborted);
        await Json(context, calls.Rollback(new RollbackRequest(body.Text("app"), Maybe(body, "release"), By(context, body), Maybe(body, "reason"))), JsonDocuments.Readable.DeployStartedDocument);
    }

    async Task Cancel(HttpContext context) => await Json(context, calls.Cancel(Query(context, "app"), TokenGate.Said(context, Plain("by", Needed(context, "by")))), JsonDocuments.Readable.DoneDocument);

    async Task Maintenance(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["app", "on", "retryAfter", "by"], context.RequestAborted);
        var on = body.Flag("on") ?? throw new BadRequest("\"on\" is missing: true or false.");
        if (body.Number("retryAfter") is < 1 or > 86_400)
            throw new BadRequest("\"retryAfter\" must be 1 to 86400 seconds.");
        await Json(context, calls.Maintenance(new MaintenanceRequest(body.Text("app"), on, body.Number("retryAfter"), By(context, body))), JsonDocuments.Readable.DoneDocument);
    }

    /// <summary>Its events from `after` on, as JSON lines, to its end.</summary>
    async Task Watch(HttpContext context, CancellationToken stopping)
    {
        var number = Query(context, "deploy") is not { } text ? calls.Going(Query(context, "app")) ?? throw new BadRequest("No deploy goes on; `understudy releases` lists those that have ended.", StatusCodes.Status404NotFound)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var named) ? named
            : throw new BadRequest("\"deploy\" in the query must be a deploy's number.");
        var after = long.TryParse(Query(context, "after"), NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        var progress = calls.Progress(number) ?? throw new BadRequest($"There is no deploy {number} on this host.", StatusCodes.Status404NotFound);
        context.Response.ContentType = "application/jsonl";
        while (!stopping.IsCancellationRequested)
        {
            foreach (var one in progress.After(after))
            {
                ApiRoutes.Append(context, one, JsonDocuments.Readable.DeployEventDocument);
                after = one.Id;
            }
            await context.Response.BodyWriter.FlushAsync(stopping);
            if (progress.Ended && progress.After(after).Count == 0)
                return;
            await progress.AnyAfter(after, stopping);
        }
    }

    static Task Json<T>(HttpContext context, T document, JsonTypeInfo<T> type) => ApiRoutes.Json(context, document, type);

    static void Allow(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes;
    }

    static string Text(RequestBody body, string name) => Maybe(body, name) ?? throw new BadRequest($"\"{name}\" is missing.");

    /// <summary>It is shown on terminals and written to a log of lines.</summary>
    static string? Maybe(RequestBody body, string name) => body.Text(name) is not { } text ? null : Plain(name, text);

    static string Plain(string name, string text) =>
        text.Length <= 300 && !text.Any(char.IsControl) ? text : throw new BadRequest($"\"{name}\" must be at most 300 characters, without line ends and control characters.");

    static string By(HttpContext context, RequestBody body) => TokenGate.Said(context, Text(body, "by"));

    static string? Query(HttpContext context, string name) => context.Request.Query[name] is [{ Length: > 0 } text] ? text : null;

    static string Needed(HttpContext context, string name) => Query(context, name) ?? throw new BadRequest($"\"{name}\" is missing in the query.");
}
