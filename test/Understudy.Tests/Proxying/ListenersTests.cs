using System.Net;
using System.Net.Sockets;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public class ListenersTests
{
    [Theory]
    [InlineData("http://0.0.0.0:80", ListenKind.Http, "0.0.0.0", 80)]
    [InlineData("https://[::]:443", ListenKind.Https, "[::]", 443)]
    [InlineData("HTTP://LocalHost:8080/", ListenKind.Http, "localhost", 8080)]
    [InlineData("https://10.0.0.1", ListenKind.Https, "10.0.0.1", 443)]
    [InlineData("http://[::1]", ListenKind.Http, "[::1]", 80)]
    [InlineData("hop://10.0.0.1:7444", ListenKind.Hop, "10.0.0.1", 7444)]
    internal void An_address_is_read(string text, ListenKind kind, string host, int port) => Assert.Equal(new ListenAddress(text, kind, host, port), ListenAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0.0.0.0:80")]
    [InlineData("ftp://0.0.0.0:80")]
    [InlineData("hop://10.0.0.1")]
    [InlineData("http://")]
    [InlineData("http://:80")]
    [InlineData("http://example.com:80")]
    [InlineData("http://127.1:80")]
    [InlineData("http://::1:80")]
    [InlineData("http://[127.0.0.1]:80")]
    [InlineData("http://0.0.0.0:65536")]
    [InlineData("http://0.0.0.0:-1")]
    [InlineData("http://0.0.0.0:http")]
    [InlineData("http://0.0.0.0:80/path")]
    public void What_is_no_address_is_refused_with_an_example(string text) =>
        Assert.Contains("http://0.0.0.0:80", Assert.Throws<OperationRefused>(() => ListenAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Localhost_is_both_loopback_addresses_on_one_port()
    {
        using var listeners = Listeners.Open(["http://localhost:0"]);
        Assert.Equal(listeners.All[0].EndPoint.Port, listeners.All[^1].EndPoint.Port);
        Assert.All(listeners.All, l => Assert.True(IPAddress.IsLoopback(l.EndPoint.Address)));
        Assert.Equal(Socket.OSSupportsIPv6 && File.Exists("/proc/net/if_inet6") && File.ReadAllText("/proc/net/if_inet6").Length > 0 ? 2 : 1, listeners.All.Count);
    }

    [Fact]
    public void A_port_in_use_says_which_and_what_to_do_and_leaves_nothing_open()
    {
        using var taken = Listeners.Open(["http://127.0.0.1:0"]);
        var port = taken.All[0].EndPoint.Port;
        using var free = Listeners.Open(["http://127.0.0.2:0"]);
        var other = free.All[0].EndPoint.Port;
        free.Dispose();

        var refused = Assert.Throws<OperationRefused>(() => Listeners.Open([$"http://127.0.0.2:{other}", $"http://127.0.0.1:{port}"]));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ss -ltnp", refused.Message, StringComparison.Ordinal);
        using var again = Listeners.Open([$"http://127.0.0.2:{other}"]);
    }

    [Fact]
    public void What_was_asked_for_is_told_as_it_was_written_but_for_a_port_that_was_found()
    {
        using var found = Listeners.Open(["http://localhost:0"]);
        var port = found.All[0].EndPoint.Port;
        Assert.Equal([$"http://localhost:{port}"], found.Asked);
        found.Dispose();
        using var given = Listeners.Open([$"HTTP://LocalHost:{port}/"]);
        Assert.Equal([$"HTTP://LocalHost:{port}/"], given.Asked);
    }

    [Fact]
    public void An_address_of_another_host_is_refused() =>
        Assert.Contains("ip addr", Assert.Throws<OperationRefused>(() => Listeners.Open(["http://192.0.2.1:0"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Inherited_sockets_are_taken_new_addresses_bound_and_unwanted_ones_closed()
    {
        using var before = Listeners.Open(["http://127.0.0.1:0", "http://127.0.0.2:0"]);
        using var wanted = before.All[0].Socket;
        var unwanted = before.All[1];
        using var after = Listeners.Open(["http://127.0.0.1:0", "http://127.0.0.3:0"], before.All.ToDictionary(l => l.Key, l => l.Socket));
        Assert.Same(wanted, after.All[0].Socket);
        Assert.Equal("127.0.0.3", after.All[1].EndPoint.Address.ToString());
        Assert.Throws<ObjectDisposedException>(() => unwanted.Socket.Accept());
    }

    [Fact]
    public void No_address_at_all_is_refused() => Assert.Throws<OperationRefused>(() => Listeners.Open([]));
}
