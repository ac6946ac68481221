using System.Net.WebSockets;

namespace StuntApp.Stunts;

/// <summary>Server-sent events and WebSockets.</summary>
internal static class StreamStunts
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/sse", async (HttpContext context, int? count, int? ms) =>
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-cache";
            for (var number = 0; number < (count ?? int.MaxValue); number++)
            {
                await context.Response.WriteAsync($"id: {number}\ndata: {Environment.ProcessId}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(ms ?? 100, context.RequestAborted);
            }
        });
        app.Map("/ws", async (HttpContext context, string? protocol) =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
            using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
            await EchoUntilClosed(socket, context.RequestAborted);
        });
    }

    private static async Task EchoUntilClosed(WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, cancel);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, socket.CloseStatusDescription, cancel);
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, cancel);
        }
    }
}
