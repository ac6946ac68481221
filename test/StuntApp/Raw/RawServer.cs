using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StuntApp.Raw;

/// <summary>
/// A server without an HTTP library between the wire and the test: it answers with the request's own bytes, or with bytes that it is given.
/// </summary>
internal static class RawServer
{
    public static async Task Run(int port, WorkerState state, Task stop)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        Console.WriteLine($"stunt {Environment.ProcessId} listens on {port}, raw");
        _ = Accept(listener, state);
        await stop;
    }

    private static async Task Accept(Socket listener, WorkerState state)
    {
        while (true)
            _ = Serve(await listener.AcceptAsync(), state);
    }

    private static async Task Serve(Socket socket, WorkerState state)
    {
        using var connection = socket;
        socket.NoDelay = true;
        using var stream = new NetworkStream(socket);
        var requests = new RawRequestReader(stream);
        try
        {
            while (await requests.Next() is { } request)
            {
                state.Enter();
                try
                {
                    if (!await Answer(stream, request, state))
                        return;
                }
                finally
                {
                    state.Leave();
                }
            }
        }
        catch (Exception error) when (error is IOException or FormatException)
        {
            Console.Error.WriteLine($"stunt {Environment.ProcessId} raw connection ended: {error.Message}");
        }
    }

    /// <summary>False: the connection ends with this answer.</summary>
    private static async Task<bool> Answer(NetworkStream stream, RawRequest request, WorkerState state)
    {
        var (path, query) = (request.Path, request.Query);
        if (path == "/up")
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(state.IsReady
                ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
                : "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
            return true;
        }
        if (path.StartsWith("/say/", StringComparison.Ordinal))
        {
            await stream.WriteAsync(Base64Url(path["/say/".Length..]));
            return !query.Contains("close");
        }
        if (path == "/trailers")
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n5\r\nhello\r\n0\r\nX-Checksum: 42\r\n\r\n"u8.ToArray());
            return true;
        }
        // Bytes as they came: the head, and the body still in its chunks if it had any.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nX-Worker: {Environment.ProcessId}\r\nX-Head-Bytes: {request.Head.Length}\r\n" +
            $"Content-Length: {request.Head.Length + request.Body.Length}\r\n\r\n"));
        if (!request.Line.StartsWith("HEAD ", StringComparison.Ordinal))
            await stream.WriteAsync((byte[])[.. request.Head, .. request.Body]);
        return true;
    }

    private static byte[] Base64Url(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
}
