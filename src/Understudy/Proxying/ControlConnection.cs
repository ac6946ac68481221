using System.Net.Sockets;
using System.Text.Json;
using Understudy.Linux;

namespace Understudy.Proxying;

/// <summary>The asking side of a control socket.</summary>
internal sealed class ControlConnection : IDisposable
{
    /// <summary>A metrics page of some thousand workers. More is no proxy's answer.</summary>
    const int LongestLineBytes = 16 << 20;

    readonly Socket socket = ControlSocketPath.NewSocket();
    byte[] buffer = new byte[4096];

    ControlConnection() { }

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<ControlConnection> Open(string path, CancellationToken cancellation)
    {
        var connection = new ControlConnection();
        try
        {
            await connection.socket.ConnectAsync(ControlSocketPath.EndPoint(path), cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The process at the other end, as the kernel knows it; 0 if it does not say.</summary>
    public int PeerPid
    {
        get
        {
            Span<byte> credentials = stackalloc byte[12];
            try
            {
                return socket.GetRawSocketOption(1, 17, credentials) < 4 ? 0 : BitConverter.ToInt32(credentials);
            }
            catch (SocketException)
            {
                return 0;
            }
        }
    }

    /// <param name="command">One word, with its newline.</param>
    /// <param name="fds">Takes the files that come with the answer; null where none can.</param>
    /// <exception cref="IOException">The peer closed, or what it sent is no answer.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async Task<ControlAnswer> Ask(ReadOnlyMemory<byte> command, CancellationToken cancellation, List<SafeSocketHandle>? fds = null)
    {
        await socket.SendAsync(command, cancellation);
        var held = 0;
        while (held == 0 || buffer[held - 1] != '\n')
        {
            if (held == buffer.Length)
            {
                if (held >= LongestLineBytes) throw new IOException("The proxy's answer has no end.");
                Array.Resize(ref buffer, held * 2);
            }

            var received = fds is null ? await socket.ReceiveAsync(buffer.AsMemory(held), cancellation) : await Receive(held, fds, cancellation);
            if (received == 0) throw new IOException("The proxy closed its control connection.");
            held += received;
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, held), ControlAnswerJson.Default.ControlAnswer) ?? throw new IOException("The proxy answered nothing.");
        }
        catch (JsonException)
        {
            throw new IOException("The proxy's answer is not understood.");
        }
    }

    public void Dispose() => socket.Dispose();

    async Task<int> Receive(int held, List<SafeSocketHandle> fds, CancellationToken cancellation)
    {
        while (true)
        {
            // Of no bytes: waits until some are there, and takes none, for files would be lost with them.
            await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
            var received = FdPassing.Receive(socket, buffer.AsSpan(held), fds);
            if (received >= 0) return received;
        }
    }
}
