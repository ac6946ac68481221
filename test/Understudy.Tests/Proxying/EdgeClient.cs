using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Tests.Proxying;

/// <summary>A client over one socket that never retries: it sees every end of file that a browser would hide.</summary>
sealed class EdgeClient : IDisposable
{
    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    readonly byte[] buffer = new byte[4096];

    public bool Closed { get; private set; }

    public static async Task<EdgeClient> Connect(IPEndPoint to)
    {
        var client = new EdgeClient();
        await client.socket.ConnectAsync(to);
        return client;
    }

    /// <summary>The answer's body. After `Connection: close` the client is <see cref="Closed"/>.</summary>
    public async Task<string> Get(string target = "/")
    {
        await Send(target);
        return await Answer();
    }

    public async Task<string> Post(string body)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}")).Within();
        return await Answer();
    }

    public Task Send(string target) => socket.SendAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n")).Within();

    public async Task<string> Answer()
    {
        var held = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(held)).AsTask().Within();
            if (received == 0) throw new EndOfStreamException($"End of file after {held} bytes of an answer.");
            held += received;
            var text = Encoding.ASCII.GetString(buffer, 0, held);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            var at = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16;
            if (held < end + 4 + int.Parse(text[at..text.IndexOf('\r', at)])) continue;
            if (text.Contains("Connection: close", StringComparison.OrdinalIgnoreCase)) Closed = true;
            if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidDataException(text);
            return text[(end + 4)..];
        }
    }

    /// <summary>True: the server has closed; false: the connection is open and silent.</summary>
    public bool SeesEnd() => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    public void Dispose() => socket.Dispose();
}
