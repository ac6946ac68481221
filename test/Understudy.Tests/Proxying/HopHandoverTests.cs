using System.Net;
using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public class HopHandoverTests
{
    [Theory]
    [InlineData(null, "hello")]
    [InlineData("a form of some fields", "hello")]
    [InlineData("a form of some fields", "")]
    public async Task No_request_is_lost_while_another_hosts_proxy_is_replaced_again_and_again(string? body, string answer)
    {
        using var fleet = new HopAuthority();
        using var folder = new TemporaryFolder();
        await using var worker = RawWorker.Answering(answer);
        var paths = new Paths(folder.Path);
        Directory.CreateDirectory(paths.Run);
        File.WriteAllBytes(paths.Routes, JsonSerializer.SerializeToUtf8Bytes(
            new RouteTable(1, [ProxyUnderTest.App("app", [], pool => pool, worker)]) { Hop = fleet.Give("two") }, JsonProxying.Default.RouteTable));
        string[] listen = [$"http://127.0.0.1:{ProxyProcess.FreePort()}", $"hop://127.0.0.1:{ProxyProcess.FreePort()}"];
        await using var one = await HopHost.Start("one", fleet.Give("one"));
        var running = await ProxyProcess.Start(paths, listen);
        try
        {
            one.Knows(new HostRoute("two", listen[1]["hop://".Length..]));
            await Eventually.True(() => one.Pool.Hosts.Single().DownSince is null, "the other host is up");
            await using var load = new EdgeLoad(new IPEndPoint(IPAddress.Loopback, one.Port), 8, body);
            for (var n = 0; n < 3; n++)
            {
                await More();
                using var old = running;
                running = await ProxyProcess.Start(paths, listen);
                await More();
                Assert.Equal(0, await old.Ended());
            }

            await load.Stop();
            Assert.Empty(load.Errors);
            Assert.Equal(0, one.Pool.LostInside);

            Task More()
            {
                var wanted = load.Answered + 200;
                return Eventually.True(() => load.Answered > wanted, "requests are answered");
            }
        }
        finally
        {
            running.Dispose();
        }
    }
}
