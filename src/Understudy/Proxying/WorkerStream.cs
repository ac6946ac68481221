using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Understudy.Proxying;

/// <summary>
/// A connection to a worker. It differs from a plain one where HttpClient would do what this proxy must not, or miss what it should see:
/// a worker that closes the connection with a request inside is an error (HttpClient would send the request again by itself, to the same
/// port, up to three times, a POST without a body included); and where a worker has answered and closed before the body was sent whole,
/// the rest of the body goes nowhere, so that the answer can be read.
/// </summary>
internal sealed class WorkerStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    volatile bool awaitsAnswer;
    bool answeredEarly;

    public static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), cancellation);
            return new WorkerStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The client reads ahead on idle connections: what an end means is known only when it comes, not when the read begins.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = base.ReadAsync(buffer, cancellationToken);
        return buffer.Length == 0 ? reading
            : reading.IsCompletedSuccessfully ? new ValueTask<int>(Came(reading.Result))
            : AwaitRead(reading);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<int> AwaitRead(ValueTask<int> reading) => Came(await reading);

    int Came(int read)
    {
        if (read > 0) awaitsAnswer = false;
        else if (awaitsAnswer) throw new IOException("The worker closed the connection with the request inside.");
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        awaitsAnswer = true;
        if (answeredEarly) return ValueTask.CompletedTask;
        var writing = base.WriteAsync(buffer, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : AwaitWrite(writing);
    }

    async ValueTask AwaitWrite(ValueTask writing)
    {
        try
        {
            await writing;
        }
        catch (IOException) when (Socket.Available > 0)
        {
            answeredEarly = true;
        }
    }
}
