using Microsoft.AspNetCore.Http;

namespace Understudy.Api;

/// <summary>Which call answers which request about tokens. Only the unix socket leads here.</summary>
internal sealed class TokenRoutes(TokenOperations calls, Func<string?> remote)
{
    public const string Path = "/v1/tokens";

    /// <summary>Null: nothing of this answers there.</summary>
    public Task? Answer(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("POST", Path) => Create(context),
        ("GET", Path) => ApiRoutes.Json(context, calls.List(), JsonDocuments.Readable.IReadOnlyListTokenDocument),
        ("DELETE", Path) => ApiRoutes.Json(context, calls.Revoke(Needed(context, "name"), Needed(context, "by")), JsonDocuments.Readable.DoneDocument),
        (_, Path) => throw ApiRoutes.OtherMethod(context, "GET, POST, DELETE"),
        _ => null,
    };

    async Task Create(HttpContext context)
    {
        var body = await RequestBody.Read(context.Request, ["name", "by"], context.RequestAborted);
        var request = new TokenRequest(Short(body.Text("name"), "name"), Short(body.Text("by"), "by"));
        await ApiRoutes.Json(context, calls.Create(request, remote()), JsonDocuments.Readable.TokenCreatedDocument);
    }

    static string Needed(HttpContext context, string name) => Short(context.Request.Query[name] is [{ Length: > 0 } text] ? text : null, name);

    static string Short(string? text, string name) => text is { Length: <= 300 } ? text : throw new BadRequest($"\"{name}\" is missing, or over 300 characters.");
}
