using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Understudy.Api;

/// <summary>Runs one request; whatever goes wrong becomes an `ErrorDocument`, never a stack trace.</summary>
internal sealed class ApiApplication(Func<HttpContext, CancellationToken, Task> answer, CancellationToken stopping) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await answer(context, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The asker has gone, or the agent stops: a stream simply ends.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await Refuse(context, failure);
        }
    }

    static Task Refuse(HttpContext context, Exception failure)
    {
        var (status, message) = failure switch
        {
            BadRequest bad => (bad.Status, bad.Message),
            BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is larger than this request needs: 64 KiB, and 4 MiB for /v1/env." : bad.Message),
            OperationRefused refused => (StatusOf(refused.Kind), refused.Message),
            _ => (StatusCodes.Status500InternalServerError, "The agent failed at this request; its own log has the details."),
        };
        if (status == StatusCodes.Status500InternalServerError)
            Console.Error.WriteLine($"{context.Request.Method} {context.Request.Path}: {failure}");
        context.Response.StatusCode = status;
        return ApiRoutes.Json(context, new ErrorDocument(message), JsonDocuments.Readable.ErrorDocument);
    }

    static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status400BadRequest,
        RefusalKind.Unknown => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status409Conflict,
    };
}
