using System.Net.Sockets;

namespace Understudy.Lab;

public class ProxyTests
{
    [Fact]
    public async Task A_frozen_proxy_and_a_killed_one_are_replaced_and_the_workers_never_notice()
    {
        using var site = new StuntFolder("workers: 2");
        await using var host = await Host.Serve([site.Folder]);
        var workers = await Pids(host);
        foreach (var harm in (Action<int>[])[Kernel.Freeze, Kernel.Kill])
        {
            var victim = (await host.Status())!.Proxy!.Pid;
            harm(victim);
            await host.Until("another proxy serves", 30.Seconds(), status => status.Proxy is { State: "serving" } proxy && proxy.Pid != victim);
            await Eventually.Until("the site answers", 20.Seconds(), () => Answers(host.Port));
            Assert.False(Kernel.Lives(victim));
        }
        Assert.Equal(workers, await Pids(host));
        Assert.Contains(await host.Events(), one => one.Kind == "proxy.killed");
    }

    [Fact]
    public async Task Without_an_agent_the_proxy_serves_on_even_around_a_worker_that_dies()
    {
        using var site = new StuntFolder("workers: 3");
        await using var host = await Host.Serve([site.Folder]);
        var proxy = (await host.Status())!.Proxy!.Pid;
        var before = await host.Workers();
        await using var load = Load.Of(host.Port, 6, "/pid", "/slow?ms=20");
        await load.More(100);
        await host.WithoutAgent(async () =>
        {
            await load.More(200);
            Kernel.Kill(before[0].Pid);
            await load.More(400);
            Assert.True(Kernel.Lives(proxy));
        });
        await host.Until("the next agent has replaced the dead worker alone", 60.Seconds(), status =>
            status.Proxy?.Pid == proxy && status.Apps[0].Pools[0] is { State: "steady", Ready: 3 } pool
            && pool.Workers.Select(worker => worker.Pid).Intersect(before.Skip(1).Select(worker => worker.Pid)).Count() == 2);
        await load.More(100);
        await load.Stop();
        Assert.Empty(load.Failures);
    }

    [Fact]
    public async Task The_metrics_page_satisfies_promtool_and_tells_of_proxy_and_workers()
    {
        using var site = new StuntFolder("workers: 2");
        var port = Kernel.FreePort();
        await using var host = await Host.Serve([site.Folder], $"metrics: 127.0.0.1:{port}\n");
        await using (var load = Load.Of(host.Port, 2, "/pid"))
            await load.More(20);
        using var client = new Client(port);
        var page = "";
        await Eventually.Until("the page tells of the requests", 20.Seconds(), async () =>
            (page = (await client.Get("/metrics")).Body).Split('\n').Any(line => line.StartsWith("understudy_proxy_requests_total{", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)));
        foreach (var family in (string[])[
            "understudy_proxy_request_duration_seconds_bucket{", "understudy_proxy_queue_length{", "understudy_proxy_worker_up{", "understudy_proxy_connections",
            "understudy_workers{", "understudy_workers_wanted{", "understudy_worker_memory_bytes{"])
            Assert.Contains("\n" + family, page, StringComparison.Ordinal);

        using var folder = new LabFolder();
        File.WriteAllText(folder["metrics"], page);
        using var promtool = new Started("sh", ["-c", $"exec promtool check metrics <{folder["metrics"]}"]);
        var code = await promtool.Exit(30.Seconds());
        Assert.True(code == 0 && promtool.Output.Length == 0, $"promtool: {promtool.Output}\n{page}");
    }

    [Fact]
    public async Task The_access_log_has_one_JSON_line_per_request_and_no_secret()
    {
        using var site = new StuntFolder("workers: 1");
        await using var host = await Host.Serve([site.Folder], "access_log: true\n");
        using var visitor = new Visitor(host.Port);
        foreach (var number in Enumerable.Range(1, 20))
            Assert.Equal(200, (await visitor.Get($"http://shop.test/answer/200?number={number}", ("Authorization", "Bearer s3cret"), ("Cookie", "session=s3cret"), ("User-Agent", "lab"))).Status);
        await visitor.Get("http://shop.test/answer/404?number=21");

        var lines = new List<string>();
        await Eventually.Until("every request has its line", 20.Seconds(), () => (lines = Lines(Path.Combine(host.Root, "log", "access.log"))).Count >= 21);
        Assert.Equal(Enumerable.Range(1, 21).Select(number => $"/answer/{(number == 21 ? 404 : 200)}?number={number}"), lines.Select(line => Text(line, "target")));
        Assert.All(lines, line => Assert.Equal(("GET", "shop.test", "stunt"), (Text(line, "method"), Text(line, "host"), Text(line, "app"))));
        Assert.DoesNotContain("s3cret", string.Concat(lines), StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", string.Concat(lines), StringComparison.OrdinalIgnoreCase);
    }

    static List<string> Lines(string path) => File.Exists(path) ? [.. File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [];

    static string? Text(string line, string name)
    {
        using var document = System.Text.Json.JsonDocument.Parse(line);
        return document.RootElement.GetProperty(name).GetString();
    }

    static async Task<IReadOnlyList<int>> Pids(Host host) => [.. (await host.Workers()).Select(worker => worker.Pid).Order()];

    static async Task<bool> Answers(int port)
    {
        using var client = new Client(port) { Patience = 2.Seconds() };
        try
        {
            return (await client.Get("/pid")).Status == 200;
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
