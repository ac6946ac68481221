using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Understudy.Api;

/// <summary>Which call answers which request.</summary>
/// <param name="remote">The address that other machines are to use; null: the agent listens for none.</param>
internal sealed class ApiRoutes(ApiCalls calls, Func<string?> remote)
{
    readonly DeployRoutes deploys = new(calls.Deploys);
    readonly TokenRoutes tokens = new(calls.Tokens, remote);
    readonly FleetRoutes fleet = new(calls.Fleet);

    const int MostEvents = 1000;

    /// <exception cref="BadRequest">Nothing answers this request.</exception>
    public Task Answer(HttpContext context, CancellationToken stopping) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/v1/status") => Json(context, calls.Status(), JsonDocuments.Readable.HostDocument),
        ("GET", "/v1/workers") => Json(context, Workers(App(context)), JsonDocuments.Readable.IReadOnlyListWorkerDocument),
        ("GET", "/v1/memory") => Json(context, calls.Memory(Number(context, "exact", 1) == 1), JsonDocuments.Readable.MemoryDocument),
        ("GET", "/v1/events") => Events(context, stopping),
        ("POST", "/v1/restart") => Restart(context),
        ("POST", "/v1/scale") => Scale(context),
        ("GET", "/v1/run") => Json(context, calls.Run(App(context)), JsonDocuments.Readable.RunDocument),
        ("GET", "/v1/env") => Json(context, calls.Env(App(context)), JsonDocuments.Readable.EnvDocument),
        ("POST", "/v1/env") => ChangeEnv(context),
        ("GET", "/metrics") => Metrics(context),
        (_, "/v1/status" or "/v1/workers" or "/v1/memory" or "/v1/events" or "/v1/run" or "/metrics") => throw OtherMethod(context, "GET"),
        (_, "/v1/restart" or "/v1/scale") => throw OtherMethod(context, "POST"),
        (_, "/v1/env") => throw OtherMethod(context, "GET, POST"),
        _ => deploys.Answer(context, stopping) ?? tokens.Answer(context) ?? fleet.Answer(context) ?? throw new BadRequest(
            "Nothing is here. There are /v1/status, /v1/workers, /v1/memory, /v1/events, /v1/restart, /v1/scale, /v1/run, /v1/env, /v1/source, /v1/deploys, /v1/releases, /v1/rollback, /v1/maintenance, /v1/tokens, /v1/hosts, /v1/drain, /v1/fleet/init, /v1/fleet/join, /v1/fleet/tokens, /v1/fleet/recover, /v1/fleet/remove, /v1/fleet/events and /metrics.",
            StatusCodes.Status404NotFound),
    };

    /// <summary>The only page that the metrics address has.</summary>
    public Task AnswerMetrics(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/metrics") => Metrics(context),
        (_, "/metrics") => throw OtherMethod(context, "GET"),
        _ => throw new BadRequest("Only /metrics is here.", StatusCodes.Status404NotFound),
    };

    IReadOnlyList<WorkerDocument> Workers(string? app) =>
        [.. calls.Status().Apps.Where(one => app is null || one.App == app).SelectMany(one => one.Pools).SelectMany(pool => pool.Workers)];

    async Task Restart(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["app", "pool"], context.RequestAborted);
        await Json(context, calls.Restart(new RestartRequest(body.Text("app"), body.Text("pool"))), JsonDocuments.Readable.DoneDocument);
    }

    async Task Scale(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["app", "pool", "min", "max"], context.RequestAborted);
        var pool = body.Text("pool") ?? throw new BadRequest("\"pool\" is missing: the name of the pool to scale.");
        var (min, max) = (body.Number("min"), body.Number("max"));
        if (min is null != max is null)
            throw new BadRequest("\"min\" and \"max\" go together: both, or neither for the configuration's own bounds.");
        if (min < 0 || min > max || max > 1000)
            throw new BadRequest("\"min\" must be 0 or more and at most \"max\", and \"max\" at most 1000.");
        await Json(context, calls.Scale(new ScaleRequest(body.Text("app"), pool, min, max)), JsonDocuments.Readable.DoneDocument);
    }

    /// <summary>The only body that may be larger: all secrets of an app at once, each letter as \u0001 at worst.</summary>
    const int LargestEnv = 4 * 1024 * 1024;

    async Task ChangeEnv(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LargestEnv;
        var body = await RequestBody.Read(context.Request, ["app", "set", "unset", "by"], context.RequestAborted);
        var request = new EnvRequest(body.Text("app"), body.Texts("set"), body.List("unset"), TokenGate.Said(context, body.Text("by")));
        await Json(context, calls.ChangeEnv(request), JsonDocuments.Readable.DoneDocument);
    }

    async Task Metrics(HttpContext context)
    {
        var page = Encoding.UTF8.GetBytes(await calls.Metrics(context.RequestAborted));
        await Write(context, "text/plain; version=0.0.4; charset=utf-8", page);
    }

    async Task Events(HttpContext context, CancellationToken stopping)
    {
        var last = Number(context, "last", MostEvents);
        var after = Number(context, "after", long.MaxValue) ?? (last is { } newest ? Math.Max(0, calls.NewestEvent() - newest) : 0);
        var limit = (int)(Number(context, "limit", MostEvents) ?? last ?? 100);
        var follow = Number(context, "follow", 1) == 1;
        context.Response.ContentType = "application/jsonl";
        do
        {
            var events = calls.Events(after, follow ? MostEvents : limit);
            foreach (var one in events)
                Append(context, one, JsonDocuments.Readable.EventDocument);
            after = events.Count == 0 ? after : events[^1].Id;
            await context.Response.BodyWriter.FlushAsync(stopping);
            if (follow && events.Count == 0)
                await calls.EventAfter(after, stopping);
        }
        while (follow && !stopping.IsCancellationRequested);
    }

    public static void Append<T>(HttpContext context, T one, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        JsonSerializer.Serialize(json, one, type);
        json.Flush();
        context.Response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
        context.Response.BodyWriter.Advance(1);
    }

    public static Task Json<T>(HttpContext context, T document, JsonTypeInfo<T> type) =>
        Write(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(document, type));

    static Task Write(HttpContext context, string contentType, byte[] body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    static string? App(HttpContext context) => context.Request.Query["app"] is [{ Length: > 0 } name] ? name : null;

    static long? Number(HttpContext context, string name, long most)
    {
        if (context.Request.Query[name] is not [{ } text])
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
            ? number
            : throw new BadRequest($"\"{name}\" in the query must be a whole number from 0 to {most.ToString(CultureInfo.InvariantCulture)}.");
    }

    public static BadRequest OtherMethod(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new BadRequest($"Only {allowed} is answered here.", StatusCodes.Status405MethodNotAllowed);
    }
}
