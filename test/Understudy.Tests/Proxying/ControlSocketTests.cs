using System.Net.Sockets;
using System.Text;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public sealed class ControlSocketTests : IAsyncDisposable
{
    readonly TemporaryFolder folder = new();
    readonly ControlSocket socket;
    int stops;

    public ControlSocketTests() => socket = ControlSocket.Start(folder["s"], new ControlCommands(Report, () => "# HELP x y\n", () => new Dictionary<string, int> { ["shop.web.1"] = 3 }, () => [], () => Assert.Fail("nobody may say leave"), () => stops++));

    public async ValueTask DisposeAsync()
    {
        await socket.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("report", "\"state\":\"serving\"")]
    [InlineData("metrics\r", "# HELP x y\\n")]
    [InlineData("inflight", "\"shop.web.1\":3")]
    [InlineData("handover", "no listeners")]
    [InlineData("leave", "Only the proxy that was handed the listeners")]
    [InlineData("", "Unknown command")]
    [InlineData("REPORT", "Unknown command")]
    [InlineData("report now", "Unknown command")]
    [InlineData("{\"report\":", "Unknown command")]
    [InlineData("\0\u0001\uffff GET / HTTP/1.1", "Unknown command")]
    public async Task Each_line_gets_one_answer_and_the_connection_lives_on(string line, string part)
    {
        using var peer = await Connect();
        Assert.Contains(part, await Ask(peer, line + "\n"), StringComparison.Ordinal);
        Assert.Contains("serving", await Ask(peer, "report\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_may_come_in_pieces_and_together()
    {
        using var peer = await Connect();
        foreach (var piece in new[] { "r", "epo", "rt\nin" }) await peer.SendAsync(Encoding.ASCII.GetBytes(piece));
        Assert.Contains("serving", await Line(peer), StringComparison.Ordinal);
        Assert.Contains("shop.web.1", await Ask(peer, "flight\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_oversized_line_is_refused_and_others_are_still_served()
    {
        using var hostile = await Connect();
        using var peer = await Connect();
        Assert.Contains("at most", await Ask(hostile, new string('a', 5000)), StringComparison.Ordinal);
        Assert.Equal("", await Line(hostile));
        Assert.Contains("serving", await Ask(peer, "report\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_goes_in_mid_line_or_before_its_answer_harms_nobody()
    {
        for (var i = 0; i < 200; i++)
        {
            using var rude = await Connect();
            await rude.SendAsync(Encoding.ASCII.GetBytes(i % 2 == 0 ? "repo" : "report\nmetrics\n"));
        }

        using var peer = await Connect();
        Assert.Contains("serving", await Ask(peer, "report\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_is_answered_before_it_is_done()
    {
        using var control = new ProxyControl(folder["s"], Eventually.Deadline);
        Assert.True(await control.Stop(default));
        await Eventually.True(() => stops == 1, "it stops");
    }

    [Fact]
    public void Only_its_own_user_may_connect() => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["s"]));

    [Fact]
    public async Task Its_path_goes_with_it_but_not_a_successors()
    {
        var path = folder["t"];
        var first = ControlSocket.Start(path, new ControlCommands(Report, () => "", () => new Dictionary<string, int>(), () => [], () => { }, () => { }));
        var second = ControlSocket.Start(path, new ControlCommands(Report, () => "", () => new Dictionary<string, int>(), () => [], () => { }, () => { }));
        await first.DisposeAsync();
        using (var control = new ProxyControl(path, Eventually.Deadline)) Assert.NotNull(await control.Report(default));
        await second.DisposeAsync();
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(107)]
    [InlineData(108)]
    public async Task A_path_of_107_bytes_serves_and_a_longer_one_is_refused(int bytes)
    {
        var inner = folder[new string('d', bytes - folder.Path.Length - 12)];
        var path = Path.Combine(inner, "proxy.sock");
        Assert.Equal(bytes, path.Length);
        var commands = new ControlCommands(Report, () => "", () => new Dictionary<string, int>(), () => [], () => { }, () => { });
        if (bytes > ControlSocketPath.LongestBytes)
        {
            Assert.Contains("--root", Assert.Throws<OperationRefused>(() => ControlSocket.Start(path, commands)).Message, StringComparison.Ordinal);
            return;
        }

        await using var longest = ControlSocket.Start(path, commands);
        using var control = new ProxyControl(path, Eventually.Deadline);
        Assert.NotNull(await control.Report(default));
    }

    [Fact]
    public async Task Without_a_proxy_and_with_a_frozen_one_there_is_no_report_and_with_the_next_there_is()
    {
        using var control = new ProxyControl(folder["u"], TimeSpan.FromMilliseconds(200));
        Assert.Null(await control.Report(default));
        using (var frozen = ControlSocketPath.NewSocket())
        {
            frozen.Bind(new UnixDomainSocketEndPoint(folder["u"]));
            frozen.Listen();
            Assert.Null(await control.Report(default).Within());
        }

        Assert.False(await control.Stop(default));
        await using var next = ControlSocket.Start(folder["u"], new ControlCommands(Report, () => "", () => new Dictionary<string, int>(), () => [], () => { }, () => { }));
        await Eventually.True(() => control.Report(default).GetAwaiter().GetResult() is not null, "the next proxy reports");
    }

    async Task<Socket> Connect()
    {
        var peer = ControlSocketPath.NewSocket();
        await peer.ConnectAsync(new UnixDomainSocketEndPoint(folder["s"])).Within();
        return peer;
    }

    static async Task<string> Ask(Socket peer, string text)
    {
        await peer.SendAsync(Encoding.UTF8.GetBytes(text));
        return await Line(peer);
    }

    static async Task<string> Line(Socket peer)
    {
        var line = new List<byte>();
        var one = new byte[1];
        try
        {
            while (await peer.ReceiveAsync(one).WaitAsync(Eventually.Deadline) == 1 && one[0] != '\n') line.Add(one[0]);
        }
        catch (SocketException) when (line.Count == 0)
        {
            // Closed with what it had not read: a reset, which is an end too.
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    static ProxyReport Report() => new() { Pid = 1, Version = "1", RoutesRevision = 0, State = "serving", Listen = [], Connections = 0, Pools = [] };
}
