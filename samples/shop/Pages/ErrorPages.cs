using System.Data.Common;

namespace Shop.Pages;

internal static partial class ErrorPages
{
    public static readonly Html NotFound = Html.Of($"""<h1>Not found</h1><p class="empty">That is not on this stage. <a href="/">To the catalogue</a></p>""");

    /// <summary>A visitor reads a sentence; the log gets the error.</summary>
    public static async Task Handle(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The visitor has gone.
        }
        catch (Exception error) when (error is not BadHttpRequestException && !context.Response.HasStarted)
        {
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Shop");
            if (error is DbException)
                NoDatabase(log, context.Request.Method, context.Request.Path, error.Message);
            else
                Failed(log, context.Request.Method, context.Request.Path, error);
            context.Response.Clear();
            context.Response.StatusCode = error is DbException ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync("<!doctype html><title>Prompt Corner</title><h1>The curtain is stuck</h1><p>Please try again in a moment.</p>\n");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed, for the database did not do its part: {Reason}")]
    private static partial void NoDatabase(ILogger logger, string method, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void Failed(ILogger logger, string method, string path, Exception error);
}
