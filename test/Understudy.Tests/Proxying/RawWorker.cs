using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>A worker made of bare sockets, which can answer, stall, break or refuse in any way.</summary>
internal sealed class RawWorker : IAsyncDisposable
{
    readonly Func<RawCall, Task> handle;
    readonly CancellationTokenSource stopping = new();
    readonly ConcurrentDictionary<Socket, byte> open = new();
    Socket listener;
    int inside;

    RawWorker(Func<RawCall, Task> handle)
    {
        this.handle = handle;
        listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        listener.Listen(512);
        _ = Accept(listener);
    }

    public int Port { get; }

    /// <summary>The requests that came, probes not among them.</summary>
    public ConcurrentQueue<RawCall> Calls { get; } = new();

    public int Probes;

    /// <summary>What probes of /up are answered with; null: nothing, for ever.</summary>
    public volatile string? ProbeAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    /// <summary>Most requests that were inside at one time.</summary>
    public int MostInside;

    public static RawWorker Start(Func<RawCall, Task> handle) => new(handle);

    public static RawWorker Answering(string body) => new(call => call.Answer(body));

    public WorkerRoute Route(string id, int pid = 0, long startTicks = 0) => new(id, pid, startTicks, Port, null);

    /// <summary>As when the process dies: nothing listens, and every connection is reset.</summary>
    public void Die()
    {
        listener.Dispose();
        foreach (var socket in open.Keys) Reset(socket);
    }

    public void StopListening() => listener.Dispose();

    public void ListenAgain()
    {
        listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen(512);
        _ = Accept(listener);
    }

    internal static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (ObjectDisposedException)
        {
        }

        socket.Dispose();
    }

    async Task Accept(Socket from)
    {
        try
        {
            while (true) _ = Serve(await from.AcceptAsync(stopping.Token));
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    async Task Serve(Socket socket)
    {
        open.TryAdd(socket, 0);
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var reader = new RawReader(stream);
            while (await reader.Head(stopping.Token) is { Length: > 0 } head)
            {
                var call = new RawCall(this, head, reader, stream, socket, stopping.Token);
                if (call.Line.StartsWith("GET /up ", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref Probes);
                    if (ProbeAnswer is not { } answer) await call.Never();
                    else await call.Send(answer);
                    return;
                }

                Calls.Enqueue(call);
                var now = Interlocked.Increment(ref inside);
                int most;
                while (now > (most = MostInside) && Interlocked.CompareExchange(ref MostInside, now, most) != most)
                {
                }

                try
                {
                    await handle(call);
                }
                finally
                {
                    Interlocked.Decrement(ref inside);
                }

                if (call.Ended) return;
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            open.TryRemove(socket, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        foreach (var socket in open.Keys) socket.Dispose();
    }
}

/// <summary>One request as a raw worker got it.</summary>
internal sealed class RawCall(RawWorker worker, string head, RawReader reader, NetworkStream stream, Socket socket, CancellationToken stopping)
{
    Task<byte[]>? body;

    public string Head => head;
    public string Line => head[..head.IndexOf("\r\n", StringComparison.Ordinal)];
    public RawReader Reader => reader;
    public NetworkStream Stream => stream;
    public CancellationToken Stopping => stopping;
    public bool Ended { get; private set; }
    public RawWorker Worker => worker;

    public string? Header(string name) => RawReader.Header(head, name);

    public Task Send(string bytes) => stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), stopping).AsTask();

    /// <summary>Reads the body that the head announces, and answers 200.</summary>
    public async Task Answer(string body)
    {
        await Body();
        await Send($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{(Line.StartsWith("HEAD ", StringComparison.Ordinal) ? "" : body)}");
    }

    public Task<byte[]> Body() => body ??= reader.Body(head, isRequest: true, stopping);

    /// <summary>Does nothing until the worker is disposed.</summary>
    public async Task Never()
    {
        var ended = new TaskCompletionSource();
        await using var registered = stopping.Register(ended.SetCanceled);
        await ended.Task;
    }

    /// <summary>Answers an upgrade request, and goes on as its server.</summary>
    public async Task<WebSocket> AcceptWebSocket()
    {
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(Header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        await Send($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
    }

    public void Reset()
    {
        Ended = true;
        RawWorker.Reset(socket);
    }

    public void Close()
    {
        Ended = true;
        socket.Dispose();
    }
}
