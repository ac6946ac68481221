using System.Net;
using System.Net.Sockets;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class OpenSocketsTests
{
    [Fact]
    public void Only_sockets_are_taken_from_a_folder_of_descriptors()
    {
        using var proc = new TemporaryFolder();
        var fds = Directory.CreateDirectory(Path.Combine(proc.Path, "100", "fd")).FullName;
        foreach (var (fd, target) in ((string, string)[])[("0", "/dev/null"), ("1", "pipe:[5]"), ("2", "socket:[6]"), ("37", "socket:[4294967295]"), ("4", "anon_inode:[eventpoll]"), ("5", "/srv/socket:[7]"), ("6", "socket:[x]")])
            File.CreateSymbolicLink(Path.Combine(fds, fd), target);
        var held = new List<HeldSocket>();
        Assert.True(new OpenSockets(proc.Path).Collect(100, held));
        Assert.Equal([new(100, 2, 6), new(100, 37, 4294967295)], held.OrderBy(one => one.Fd));
        Assert.False(new OpenSockets(proc.Path).Collect(101, held));
    }

    [Fact]
    public async Task The_kernel_tells_of_a_real_connection_who_holds_it_and_how_much_went_over_it()
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen(7);
        using var client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[1000], TestContext.Current.CancellationToken);

        var held = Held();
        var table = SocketDiag.Table()!;
        var own = table.Tcp(held[(int)client.Handle])!.Value;
        Assert.True(SpinWait.SpinUntil(() => (own = SocketDiag.Table()!.Tcp(held[(int)client.Handle])!.Value).Bytes >= 1000, TimeSpan.FromSeconds(30)), "what was sent is counted once it is acknowledged");
        Assert.Equal((client.LocalEndPoint!.ToString(), client.RemoteEndPoint!.ToString()), (own.Local.ToString(), own.Remote.ToString()));
        Assert.InRange(own.Bytes, 1000, 1001);
        var across = SocketDiag.Table()!.Across(own)!.Value;
        Assert.Equal((held[(int)accepted.Handle], 1000L), (across.Inode, across.Waiting));
        var listens = table.Tcp(held[(int)listener.Handle])!.Value;
        Assert.Equal((true, 7L, 0L), (listens.Listening, listens.Backlog, listens.Waiting));
        Assert.Contains(SocketDiag.Listeners()!, one => one.Inode == listens.Inode);
        Assert.DoesNotContain(SocketDiag.Listeners()!, one => one.Inode == own.Inode);
    }

    [Fact]
    public async Task Of_a_unix_connection_the_other_end_is_known_and_its_path()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[10], TestContext.Current.CancellationToken);

        var held = Held();
        var table = SocketDiag.Table()!;
        var own = table.Unix(held[(int)client.Handle])!.Value;
        Assert.Equal((held[(int)accepted.Handle], (string?)null, 0L), (own.Peer, own.Name, own.Waiting));
        Assert.Equal(new UnixSight(own.Peer, own.Inode, path, 10), table.Unix(own.Peer));
        Assert.Equal((Environment.ProcessId, File.ReadAllText("/proc/self/comm").TrimEnd('\n')), SocketOwners.Find(new HashSet<long> { own.Peer }, new ProcessTable())[own.Peer]);
    }

    static Dictionary<int, long> Held()
    {
        var held = new List<HeldSocket>();
        Assert.True(new OpenSockets().Collect(Environment.ProcessId, held));
        return held.ToDictionary(one => one.Fd, one => one.Inode);
    }
}
