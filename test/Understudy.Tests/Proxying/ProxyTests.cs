using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>The whole proxy as its process runs it, one after the other in this process.</summary>
public sealed class ProxyTests : IAsyncDisposable
{
    static readonly string[] anyPort = ["http://127.0.0.1:0"];

    readonly TemporaryFolder folder = new();
    readonly Paths paths;
    readonly RawWorker worker;
    readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<Task<int>> proxies = [];

    public ProxyTests()
    {
        paths = new Paths(folder.Path);
        worker = RawWorker.Start(async call =>
        {
            if (call.Line.StartsWith("GET /held ", StringComparison.Ordinal)) await held.Task;
            await call.Answer("hello");
        });
        Directory.CreateDirectory(paths.Run);
        Route(accessLog: true);
    }

    public async ValueTask DisposeAsync()
    {
        held.TrySetResult();
        using (var control = Control()) await control.Stop(default);
        await Task.WhenAll(proxies).Within();
        await worker.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task No_request_is_lost_while_process_follows_process_one_dies_half_way_and_the_terminal_interrupts()
    {
        var listen = $"http://127.0.0.1:{ProxyProcess.FreePort()}";
        var running = await ProxyProcess.Start(paths, listen);
        try
        {
            await using var load = new EdgeLoad(IPEndPoint.Parse(listen["http://".Length..]), 16);
            for (var n = 0; n < 3; n++)
            {
                var before = load.Answered;
                await Eventually.True(() => load.Answered > before + 300, "requests are answered");
                running.Signal("INT");
                running.Signal("HUP");
                using (var dying = await Handover.Ask(paths.ProxySocket, TimeProvider.System, default))
                    foreach (var socket in dying!.Sockets.Values) socket.Dispose();
                using var old = running;
                running = await NextOnceTheOldIsFree(listen);
                before = load.Answered;
                await Eventually.True(() => load.Answered > before + 300, "requests are answered");
                Assert.Equal(0, await old.Ended());
            }

            await load.Stop();
            Assert.Empty(load.Errors);
            running.Signal("TERM");
            Assert.Equal(0, await running.Ended());
            Assert.False(File.Exists(paths.ProxySocket));
        }
        finally
        {
            running.Dispose();
        }
    }

    /// <summary>The old proxy may take a moment to see that the dead successor's connection has closed.</summary>
    async Task<ProxyProcess> NextOnceTheOldIsFree(string listen)
    {
        await Eventually.True(() => HandoverTests.TakesOver(paths.ProxySocket), "the old proxy hands over again");
        using (var control = Control())
            await Eventually.True(() => control.Report(default).GetAwaiter().GetResult() is { State: "serving" }, "it serves");
        return await ProxyProcess.Start(paths, listen);
    }

    [Fact]
    public async Task What_the_old_proxy_still_has_inside_a_worker_counts_at_the_new_one_until_it_has_gone()
    {
        var address = await Start();
        using var client = await EdgeClient.Connect(address);
        await client.Send("/held");
        await Eventually.True(() => worker.Calls.Any(c => c.Line.StartsWith("GET /held", StringComparison.Ordinal)), "the request is inside");
        await Start();
        using var control = Control();
        await Eventually.True(() => InFlight(control) == 1, "the new proxy counts it");
        held.SetResult();
        Assert.Equal("hello", await client.Answer());
        Assert.True(client.Closed);
        Assert.Equal(0, await proxies[0].Within());
        await Eventually.True(() => InFlight(control) == 0, "it is gone from the count");
    }

    [Fact]
    public async Task An_idle_connection_stays_at_the_old_proxy_and_is_told_to_close_by_its_next_answer()
    {
        var address = await Start();
        using var idle = await EdgeClient.Connect(address);
        await idle.Get();
        await Start();
        Assert.False(idle.SeesEnd());
        await ToldToClose(idle, async () => Assert.Equal("hello", await idle.Get()));
    }

    /// <summary>The new proxy answers at the control path a moment before it tells the old one to leave.</summary>
    static async Task ToldToClose(EdgeClient client, Func<Task> ask)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        do
        {
            deadline.Token.ThrowIfCancellationRequested();
            await ask();
        }
        while (!client.Closed);
    }

    [Fact]
    public async Task The_proxys_own_answers_say_it_too()
    {
        var address = await Start();
        using var idle = await EdgeClient.Connect(address);
        await idle.Get();
        File.WriteAllBytes(paths.Routes, JsonSerializer.SerializeToUtf8Bytes(new RouteTable(2, []), JsonProxying.Default.RouteTable));
        using var control = Control();
        await Eventually.True(() => control.Report(default).GetAwaiter().GetResult()!.RoutesRevision == 2, "no app is routed");
        await Start();
        await ToldToClose(idle, async () => Assert.StartsWith("HTTP/1.1 421", (await Assert.ThrowsAsync<InvalidDataException>(() => idle.Get())).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_and_the_access_log_tell_of_a_request()
    {
        var address = await Start();
        using var client = await EdgeClient.Connect(address);
        await client.Get("/cart?x=1");
        using var control = Control();
        await Eventually.True(() => control.Metrics(default).GetAwaiter().GetResult()!.Contains("understudy_proxy_requests_total{app=\"app\",status=\"200\"} 1", StringComparison.Ordinal), "it is counted");
        await Eventually.True(() => File.Exists(paths.AccessLog) && File.ReadAllLines(paths.AccessLog).Length == 1, "it is logged");
        using var line = JsonDocument.Parse(File.ReadAllText(paths.AccessLog));
        Assert.Equal("/cart?x=1", line.RootElement.GetProperty("target").GetString());
        Assert.Equal("app.web.1", line.RootElement.GetProperty("worker").GetString());
        Assert.Equal(5, line.RootElement.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Stop_ends_it_with_0_and_takes_its_socket_away()
    {
        var address = await Start();
        using (var control = Control()) Assert.True(await control.Stop(default));
        Assert.Equal(0, await proxies[0].Within());
        Assert.False(File.Exists(paths.ProxySocket));
        await Assert.ThrowsAsync<SocketException>(() => EdgeClient.Connect(address));
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_2_and_leaves_the_running_proxy_as_it_was()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = await Start();
        Assert.Equal(2, await Proxy.Run(new ProxyOptions(paths, [anyPort[0], $"http://{taken.LocalEndpoint}"])).Within());
        using var client = await EdgeClient.Connect(address);
        Assert.Equal("hello", await client.Get());
        Assert.False(client.Closed);
    }

    async Task<IPEndPoint> Start()
    {
        var before = FileIdentity.Of(paths.ProxySocket);
        var running = Proxy.Run(new ProxyOptions(paths, anyPort));
        proxies.Add(running);
        using var control = Control();
        IPEndPoint? at = null;
        await Eventually.True(() => !running.IsCompleted && FileIdentity.Of(paths.ProxySocket) is { } now && now != before && (at = At(control)) is not null, "the new proxy answers at the control path");
        return at!;
    }

    static IPEndPoint? At(ProxyControl control) =>
        control.Report(default).GetAwaiter().GetResult() is { } report ? IPEndPoint.Parse(report.Listen[0]["http://".Length..]) : null;

    static int InFlight(ProxyControl control) => control.Report(default).GetAwaiter().GetResult()!.Pools[0].Workers[0].InFlight;

    ProxyControl Control() => new(paths.ProxySocket, Eventually.Deadline);

    void Route(bool accessLog) => File.WriteAllBytes(paths.Routes, JsonSerializer.SerializeToUtf8Bytes(
        new RouteTable(1, [ProxyUnderTest.App("app", [], pool => pool, worker)]) { AccessLog = accessLog }, JsonProxying.Default.RouteTable));
}
