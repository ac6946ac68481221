using System.Globalization;
using System.Net;
using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class SocketSharingTests
{
    const int Redis = 6379;

    // A table of sockets: 1 is a connection to Redis on this host, 9 its other end; 2 the app's listener; 3 a client's connection to it.
    static readonly TcpSight[] Tcp =
    [
        Connection(1, "127.0.0.1:40000", "127.0.0.1:6379", bytes: 100),
        Connection(9, "127.0.0.1:6379", "127.0.0.1:40000"),
        Listener(2, "127.0.0.1:5000"),
        Connection(3, "127.0.0.1:5000", "127.0.0.1:50000"),
        Connection(4, "10.0.0.5:40001", "10.0.0.9:5432", bytes: 7),
        Connection(5, "127.0.0.1:40002", "127.0.0.1:5000"),
        Connection(0, "127.0.0.1:5000", "127.0.0.1:40002"),
        Connection(6, "127.0.0.1:40003", "127.0.0.1:7000"),
        Connection(7, "127.0.0.1:7000", "127.0.0.1:40003"),
    ];

    // 11-12 a pair within the app, 13-14 a connection to redis by a path, 15 its other end is closed, 16-17 one that the app accepted.
    static readonly UnixSight[] Unix =
    [
        new(11, 12, null, 0),
        new(12, 11, null, 0),
        new(13, 14, null, 0),
        new(14, 13, "/run/redis.sock", 5),
        new(15, 0, null, 0),
        new(16, 17, "/tmp/app.sock", 0),
        new(17, 16, null, 0),
    ];

    [Theory]
    // pid:fd=inode of each descriptor, and the inodes that are found
    [InlineData("100:7=1 101:7=1", "1")]
    [InlineData("100:7=1 101:9=1 102:7=1", "1")]
    [InlineData("100:7=4 101:7=4", "4")]
    [InlineData("100:7=13 101:7=13", "13")]
    [InlineData("100:7=1 100:8=4 101:7=1 101:8=4", "1 4")]
    // Held by one process alone, even twice.
    [InlineData("100:7=1", "")]
    [InlineData("100:7=1 100:8=1", "")]
    // Listeners are shared on purpose.
    [InlineData("100:3=2 101:3=2 102:3=2", "")]
    // A client's connection, inherited by what a request's handler forked.
    [InlineData("100:3=2 100:9=3 101:9=3", "")]
    // nginx's channels and Node's: both ends inside.
    [InlineData("100:4=11 100:5=12 101:5=12 102:4=11 102:5=12", "")]
    // A connection within the app, over loopback; and one to itself that it has not accepted yet.
    [InlineData("100:4=6 101:4=6 102:4=7", "")]
    [InlineData("100:3=2 100:4=5 101:4=5", "")]
    // Standard error to the journal, also where it was duplicated to a higher number.
    [InlineData("100:2=13 101:2=13", "")]
    [InlineData("100:2=13 100:9=13 101:9=13", "")]
    // Its other end is closed, or it is the accepted end.
    [InlineData("100:7=15 101:7=15", "")]
    [InlineData("100:7=16 101:7=16", "")]
    // No stream socket: datagrams and netlink are in no table.
    [InlineData("100:7=77 101:7=77", "")]
    public void A_connection_to_somebody_outside_that_two_processes_hold_is_found(string held, string found) =>
        Assert.Equal(found, string.Join(' ', Find(held).Select(socket => socket.Inode)));

    [Fact]
    public void It_says_who_holds_it_and_what_went_over_it()
    {
        Assert.Equivalent(new SharedSocket(1, "127.0.0.1:6379", Redis, 9, 100, Counted: true, [100, 101, 102]), Assert.Single(Find("101:7=1 100:7=1 102:7=1")));
        Assert.Equivalent(new SharedSocket(4, "10.0.0.9:5432", 5432, 0, 7, Counted: true, [100, 101]), Assert.Single(Find("100:7=4 101:7=4")));
        Assert.Equivalent(new SharedSocket(13, "/run/redis.sock", 0, 14, 5, Counted: false, [100, 101]), Assert.Single(Find("100:7=13 101:7=13")));
    }

    [Fact]
    public void The_kernel_is_not_asked_where_every_socket_has_one_holder() =>
        Assert.Empty(SocketSharing.Find(Held("100:7=1 101:7=4"), () => throw new InvalidOperationException("asked")));

    static IReadOnlyList<SharedSocket> Find(string held) => SocketSharing.Find(Held(held), () => new SocketTable(Tcp, Unix));

    static List<HeldSocket> Held(string held) => [.. held.Split(' ').Select(one => one.Split(':', '=').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToList()).Select(parts => new HeldSocket(parts[0], parts[1], parts[2]))];

    static TcpSight Connection(long inode, string local, string remote, long bytes = 0) => new(inode, End(local), End(remote), Listening: false, bytes, 0, 0);

    static TcpSight Listener(long inode, string local) => new(inode, End(local), default, Listening: true, 0, 0, 128);

    static TcpEnd End(string text)
    {
        var end = IPEndPoint.Parse(text);
        return TcpEnd.V4(BitConverter.ToUInt32([.. end.Address.GetAddressBytes().Reverse()]), end.Port);
    }
}
