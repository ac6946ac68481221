using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Understudy.Api;

/// <summary>Which call answers which request about the fleet.</summary>
internal sealed class FleetRoutes(FleetOperations calls)
{
    public const string HostsPath = "/v1/hosts", DrainPath = "/v1/drain", EventsPath = "/v1/fleet/events";

    /// <summary>Who is let into the fleet is decided on its hosts alone.</summary>
    public const string InitPath = "/v1/fleet/init", JoinPath = "/v1/fleet/join", TokensPath = "/v1/fleet/tokens", RecoverPath = "/v1/fleet/recover", RemovePath = "/v1/fleet/remove";

    const int LongestToken = 2_000;
    const int MostEvents = 1_000;

    /// <summary>Null: nothing of this answers there.</summary>
    public Task? Answer(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", HostsPath) => Hosts(context),
        ("POST", DrainPath) => Drain(context),
        ("GET", EventsPath) => Events(context),
        ("POST", InitPath) => Init(context),
        ("POST", JoinPath) => Join(context),
        ("POST", TokensPath) => Token(context),
        ("POST", RecoverPath) => Recover(context),
        ("POST", RemovePath) => Remove(context),
        (_, HostsPath or EventsPath) => throw ApiRoutes.OtherMethod(context, "GET"),
        (_, DrainPath or InitPath or JoinPath or TokensPath or RecoverPath or RemovePath) => throw ApiRoutes.OtherMethod(context, "POST"),
        _ => null,
    };

    async Task Hosts(HttpContext context) => await ApiRoutes.Json(context, await calls.Hosts(context.RequestAborted), JsonDocuments.Readable.IReadOnlyListFleetHostDocument);

    async Task Drain(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["host", "on", "by"], context.RequestAborted);
        var request = new DrainRequest(Needed(body, "host"), body.Flag("on") ?? throw new BadRequest("\"on\" is missing: true or false."), By(context, body));
        await ApiRoutes.Json(context, await calls.Drain(request, context.RequestAborted), JsonDocuments.Readable.DoneDocument);
    }

    async Task Events(HttpContext context)
    {
        var (after, limit) = (Number(context, "after", 0), Number(context, "limit", 50));
        if (limit is < 1 or > MostEvents)
            throw new BadRequest($"\"limit\" takes 1 to {MostEvents}.");
        await ApiRoutes.Json(context, await calls.Events(after, (int)limit, context.RequestAborted), JsonDocuments.Readable.IReadOnlyListFleetEventDocument);
    }

    async Task Init(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["address", "by"], context.RequestAborted);
        await ApiRoutes.Json(context, await calls.Init(new FleetInitRequest(body.Text("address"), By(context, body)), context.RequestAborted), JsonDocuments.Readable.JoinTokenDocument);
    }

    async Task Join(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["token", "address", "witness", "by"], context.RequestAborted);
        var token = body.Text("token") is { Length: <= LongestToken } text ? text : throw new BadRequest($"\"token\" is missing, or over {LongestToken} characters.");
        await ApiRoutes.Json(context, await calls.Join(new FleetJoinRequest(token, body.Text("address"), body.Flag("witness") ?? false, By(context, body)), context.RequestAborted), JsonDocuments.Readable.DoneDocument);
    }

    async Task Token(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["seconds", "by"], context.RequestAborted);
        var seconds = body.Number("seconds") is { } number and >= 1 ? number : throw new BadRequest("\"seconds\" is missing: for how long the token is good, 1 or more.");
        await ApiRoutes.Json(context, await calls.Token(new JoinTokenRequest(seconds, By(context, body)), context.RequestAborted), JsonDocuments.Readable.JoinTokenDocument);
    }

    async Task Recover(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["from", "by"], context.RequestAborted);
        await ApiRoutes.Json(context, await calls.Recover(new FleetRecoverRequest(body.Text("from"), By(context, body)), context.RequestAborted), JsonDocuments.Readable.DoneDocument);
    }

    async Task Remove(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["host", "by"], context.RequestAborted);
        await ApiRoutes.Json(context, await calls.Remove(new FleetRemoveRequest(Needed(body, "host"), By(context, body)), context.RequestAborted), JsonDocuments.Readable.DoneDocument);
    }

    static long Number(HttpContext context, string name, long otherwise) => context.Request.Query[name] is [{ Length: > 0 } text]
        ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new BadRequest($"\"{name}\" in the query must be a number.")
        : otherwise;

    static string By(HttpContext context, RequestBody body) => TokenGate.Said(context, body.Text("by") is { Length: <= 300 } by ? by : null);

    static string Needed(RequestBody body, string name) => body.Text(name) is { Length: <= 300 } text ? text : throw new BadRequest($"\"{name}\" is missing, or over 300 characters.");
}
