using Microsoft.AspNetCore.Http;
using Understudy.State;

namespace Understudy.Api;

/// <summary>Stands before the routes where other machines come in: each request brings a token, and what is for this host alone is refused.</summary>
internal sealed class TokenGate(TokenOperations tokens, Func<HttpContext, CancellationToken, Task> answer)
{
    const string Scheme = "Bearer ";

    /// <summary>The key of the token's name in the request's items.</summary>
    static readonly object NameOfToken = new();

    /// <exception cref="BadRequest">No right token, or a page of the unix socket alone.</exception>
    public async Task Answer(HttpContext context, CancellationToken stopping)
    {
        var pass = Admit(context);
        if (context.Request.Path.Value is TokenRoutes.Path or "/v1/run" or FleetRoutes.InitPath or FleetRoutes.JoinPath or FleetRoutes.TokensPath or FleetRoutes.RecoverPath or FleetRoutes.RemovePath)
            throw new BadRequest("This is answered on the agent's own host alone, on its unix socket: log in there (ssh) and run the command again.", StatusCodes.Status403Forbidden);
        context.Items[NameOfToken] = pass.Name;
        using var cut = pass.Revoked.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await answer(context, stopping);
    }

    /// <summary>Who asks: what he says of himself, behind the name of the token that he had to show.</summary>
    public static string Said(HttpContext context, string? by) =>
        context.Items.TryGetValue(NameOfToken, out var name) ? $"{name}:{by ?? "unknown"}" : by ?? "unknown";

    TokenPass Admit(HttpContext context)
    {
        var token = context.Request.Headers.Authorization is [{ } given] && given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? given[Scheme.Length..].Trim() : null;
        if (tokens.Admit(token ?? "", context.Connection.RemoteIpAddress, out var tooMany) is { } pass)
            return pass;
        context.Response.Headers.Connection = "close";
        if (tooMany)
        {
            context.Response.Headers.RetryAfter = "60";
            throw new BadRequest("Too many requests without a right token came from this address; wait a minute, and look at what sends them.", StatusCodes.Status429TooManyRequests);
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new BadRequest(token is null
            ? "This needs a token: `understudy token create NAME` on the agent's host makes one, and UNDERSTUDY_TOKEN carries it."
            : "The agent does not know this token: it was revoked, or is another agent's. `understudy token create NAME` on the agent's host makes a new one.", StatusCodes.Status401Unauthorized);
    }
}
