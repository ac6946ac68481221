using System.Net;
using System.Net.Sockets;
using Understudy.Linux;

namespace Understudy.Tests.Proxying;

public class FdPassingTests
{
    [Fact]
    public void A_listening_socket_goes_on_after_its_first_holder_closed_it()
    {
        using var folder = new TemporaryFolder();
        var (sender, receiver) = Pair(folder);
        using var first = sender;
        using var second = receiver;
        var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var address = listening.LocalEndPoint!;
        FdPassing.Send(sender, "here\n"u8, [(int)listening.Handle]);
        using var waiting = Connected(address);
        listening.Dispose();

        var fds = new List<SafeSocketHandle>();
        var buffer = new byte[64];
        Assert.Equal(5, FdPassing.Receive(receiver, buffer, fds));
        Assert.Equal("here\n"u8.ToArray(), buffer[..5]);
        using var taken = new Socket(Assert.Single(fds));
        Assert.Equal(address, taken.LocalEndPoint);
        using var accepted = taken.Accept();
        Assert.Equal(waiting.LocalEndPoint, accepted.RemoteEndPoint);
    }

    [Fact]
    public void As_many_as_are_allowed_arrive_and_more_are_refused_before_anything_is_sent()
    {
        using var folder = new TemporaryFolder();
        var (sender, receiver) = Pair(folder);
        using var first = sender;
        using var second = receiver;
        var fds = new List<SafeSocketHandle>();
        FdPassing.Send(sender, "x"u8, [.. Enumerable.Repeat((int)sender.Handle, FdPassing.MostFds)]);
        Assert.Throws<ArgumentOutOfRangeException>(() => FdPassing.Send(sender, "x"u8, new int[FdPassing.MostFds + 1]));
        Assert.Equal(1, FdPassing.Receive(receiver, new byte[8], fds));
        Assert.Equal(FdPassing.MostFds, fds.Count);
        fds.ForEach(f => f.Dispose());
    }

    [Fact]
    public void A_peer_that_has_gone_is_an_error_to_send_to_and_an_end_to_read_from()
    {
        using var folder = new TemporaryFolder();
        var (sender, receiver) = Pair(folder);
        using var first = sender;
        receiver.Dispose();
        Assert.Throws<SocketException>(() => FdPassing.Send(sender, "x"u8, [(int)sender.Handle]));
        Assert.Equal(0, FdPassing.Receive(sender, new byte[8], []));
    }

    static (Socket Sender, Socket Receiver) Pair(TemporaryFolder folder)
    {
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(folder["pair"]));
        listening.Listen();
        var sender = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        sender.Connect(new UnixDomainSocketEndPoint(folder["pair"]));
        return (sender, listening.Accept());
    }

    static Socket Connected(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        return socket;
    }
}
