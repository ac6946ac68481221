using System.Net.Sockets;
using System.Text;
using Understudy.Api;

namespace Understudy.Tests.Api;

public sealed class HttpExchangeTests : IDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    readonly TemporaryFolder folder = new();
    readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public HttpExchangeTests()
    {
        listener.Bind(new UnixDomainSocketEndPoint(folder["s"]));
        listener.Listen();
    }

    LocalAgent Agent => new(folder["s"], detail => $"no agent: {detail}");

    public void Dispose()
    {
        listener.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_body_is_sent_in_parts_and_announced_with_its_length()
    {
        var server = Task.Run(() =>
        {
            using var peer = listener.Accept();
            var got = new MemoryStream();
            var buffer = new byte[65_536];
            while (!Encoding.ASCII.GetString(got.ToArray()).EndsWith("last", StringComparison.Ordinal))
                got.Write(buffer, 0, peer.Receive(buffer));
            peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8);
            return Encoding.ASCII.GetString(got.ToArray());
        });
        using var exchange = HttpExchange.Send(Agent, "POST", "/v1/upload", 3_000_004, write =>
        {
            for (var i = 0; i < 3; i++)
                write(new byte[1_000_000]);
            write("last"u8);
        }, Soon);
        Assert.Equal((200, "ok"), (exchange.Status, Encoding.ASCII.GetString(exchange.ReadToEnd())));
        var seen = await server;
        Assert.Contains("POST /v1/upload HTTP/1.1\r\n", seen);
        Assert.Contains("Content-Length: 3000004\r\n", seen);
        Assert.Equal(3_000_004, seen.Length - seen.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4);
    }

    [Fact]
    public async Task An_answer_before_the_bodys_end_is_read()
    {
        var server = Task.Run(() =>
        {
            using var peer = listener.Accept();
            peer.Receive(new byte[100]);
            peer.Send("HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nfull"u8);
        });
        using var exchange = HttpExchange.Send(Agent, "POST", "/", 100_000_000, write =>
        {
            for (var i = 0; i < 100; i++)
                write(new byte[1_000_000]);
        }, Soon);
        Assert.Equal((409, "full"), (exchange.Status, Encoding.ASCII.GetString(exchange.ReadToEnd())));
        await server;
    }

    [Fact]
    public async Task A_connection_that_breaks_without_an_answer_is_an_error()
    {
        var server = Task.Run(() =>
        {
            using var peer = listener.Accept();
            peer.Receive(new byte[100]);
        });
        var failure = Assert.ThrowsAny<Exception>(() => HttpExchange.Send(Agent, "POST", "/", 100_000_000, write =>
        {
            for (var i = 0; i < 100; i++)
                write(new byte[1_000_000]);
        }, Soon));
        Assert.True(failure is IOException or SocketException { SocketErrorCode: SocketError.ConnectionReset }, failure.ToString());
        await server;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_body_must_have_the_length_that_was_announced(int length)
    {
        Assert.Throws<InvalidOperationException>(() => HttpExchange.Send(Agent, "POST", "/", 4, write => write(new byte[length]), Soon));
    }

    [Fact]
    public void What_the_writer_throws_is_thrown_on() =>
        Assert.Equal("changed", Assert.Throws<OperationRefused>(() => HttpExchange.Send(Agent, "POST", "/", 4, _ => throw new OperationRefused("changed"), Soon)).Message);
}
