using System.Net;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;

namespace Understudy.Tests.Decisions.Workers;

public class LoopbackListenersTests
{
    [Theory]
    [InlineData("127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("0.0.0.0:5000", "0.0.0.0:5000")]
    [InlineData("[::]:5000", "[::]:5000")]
    [InlineData("127.0.0.1:5001,10.0.0.1:5000,[::1]:5000,127.0.0.2:5000", "")]
    [InlineData("0.0.0.0:5000,127.0.0.1:5000,[::]:5000", "127.0.0.1:5000")]
    [InlineData("[::]:5000,0.0.0.0:5000", "0.0.0.0:5000")]
    [InlineData("127.0.0.1:5000,0.0.0.0:5000,127.0.0.1:5000", "127.0.0.1:5000,127.0.0.1:5000")]
    public void The_most_specific_address_answers(string listening, string answering) =>
        Assert.Equal(answering, string.Join(',', LoopbackListeners.Of(listening.Split(',').Select(At), 5000).Select(one => one.Local)));

    [Fact]
    public void A_connection_is_no_listener() =>
        Assert.Empty(LoopbackListeners.Of([At("127.0.0.1:5000") with { Listening = false }], 5000));

    static TcpSight At(string text)
    {
        var end = IPEndPoint.Parse(text);
        Span<byte> bytes = stackalloc byte[16];
        var address = text[0] == '[' ? end.Address : end.Address.MapToIPv6();
        address.TryWriteBytes(bytes, out _);
        return new TcpSight(1, new TcpEnd(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), end.Port), default, true, 0, 0, 128);
    }
}
