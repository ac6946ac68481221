using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Understudy.Tests.Proxying;

/// <summary>A client made of a bare socket.</summary>
internal sealed class RawClient : IDisposable
{
    readonly CancellationTokenSource deadline = new(Eventually.Deadline);

    RawClient(Socket socket)
    {
        Socket = socket;
        Stream = new NetworkStream(socket, ownsSocket: true);
        Reader = new RawReader(Stream);
    }

    public Socket Socket { get; }
    public NetworkStream Stream { get; }
    public RawReader Reader { get; }
    public CancellationToken Deadline => deadline.Token;

    public static async Task<RawClient> Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return new RawClient(socket);
    }

    public ValueTask Send(string bytes) => Stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), Deadline);

    public async Task<RawAnswer> Answer(bool head = false)
    {
        var text = await Reader.Head(Deadline);
        if (text.Length == 0) throw new EndOfStreamException("the connection was closed without an answer");
        var status = int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        var body = head || status is 304 or 204 or < 200 ? [] : await Reader.Body(text, isRequest: false, Deadline);
        return new RawAnswer(status, text, Encoding.Latin1.GetString(body), Reader.Trailers);
    }

    /// <summary>Whether the server closes the connection, having sent nothing more.</summary>
    public async Task<bool> IsClosed()
    {
        try
        {
            return (await Reader.Rest(Deadline)).Length == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static async Task<RawAnswer> Ask(int port, string request)
    {
        using var client = await Connect(port);
        await client.Send(request);
        return await client.Answer(request.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    public static Task<RawAnswer> Get(int port, string target, string host = "test") => Ask(port, $"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");

    public void Dispose()
    {
        Stream.Dispose();
        deadline.Dispose();
    }
}

internal sealed record RawAnswer(int Status, string Head, string Body, string Trailers)
{
    public string? Header(string name) => RawReader.Header(Head, name);
}
