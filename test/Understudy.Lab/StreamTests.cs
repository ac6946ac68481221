using System.Net.WebSockets;
using System.Text;

namespace Understudy.Lab;

public class StreamTests
{
    [Fact]
    public async Task A_WebSocket_lives_as_long_as_its_worker_and_no_shorter()
    {
        using var site = new StuntFolder("workers: 2\n    stop: {within: 5s}", "STUNT_DRAIN_MS: \"1000\"");
        await using var host = await Host.Serve([site.Folder]);
        using var limit = new CancellationTokenSource(120.Seconds());
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{host.Port}/ws"), limit.Token);
        await Echoes("hello");
        var own = "";
        await host.Until("the socket is seen at its worker", 20.Seconds(), status =>
            (own = status.Apps[0].Pools[0].Workers.FirstOrDefault(worker => worker.Streams > 0)?.Worker ?? "").Length > 0);

        await host.KillAgent();
        await Echoes("without the first agent");
        var other = (await host.Workers()).First(worker => worker.Worker != own);
        Kernel.Kill(other.Pid);
        await host.Until("the other worker is replaced", 60.Seconds(), status =>
            status.Apps[0].Pools[0] is { State: "steady", Ready: 2 } pool && pool.Workers.All(worker => worker.Worker != other.Worker));
        await Echoes("without the other worker");
        var proxy = (await host.Status())!.Proxy!.Pid;
        Assert.Equal(0, (await host.Run("restart", "proxy")).Code);
        await host.Until("another proxy serves", 30.Seconds(), status => status.Proxy is { } newer && newer.Pid != proxy);
        await Echoes("through a proxy that is on its way out");

        Assert.Equal(0, (await host.Run("restart", "web")).Code);
        await host.Until("its worker is stopped", 60.Seconds(), status => status.Apps[0].Pools[0] is { State: "steady", Ready: 2 } pool && pool.Workers.All(worker => worker.Worker != own));
        var ended = false;
        try
        {
            var last = await socket.ReceiveAsync(new byte[64], limit.Token);
            ended = last.MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            ended = true;
        }
        Assert.True(ended);

        async Task Echoes(string text)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit.Token);
            var buffer = new byte[256];
            var got = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, got.Count));
        }
    }

    [Fact]
    public async Task Server_sent_events_arrive_one_by_one()
    {
        using var site = new StuntFolder();
        await using var host = await Host.Serve([site.Folder]);
        using var visitor = new Visitor(host.Port);
        using var limit = new CancellationTokenSource(30.Seconds());
        // The stream has no end: whoever waits for one, or for a full buffer, never shows the first event.
        await using var events = await visitor.Open("http://localhost/sse?ms=200");
        using var reader = new StreamReader(events);
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal($"id: {number}", await reader.ReadLineAsync(limit.Token));
            Assert.StartsWith("data: ", await reader.ReadLineAsync(limit.Token), StringComparison.Ordinal);
            Assert.Equal("", await reader.ReadLineAsync(limit.Token));
        }
    }
}
