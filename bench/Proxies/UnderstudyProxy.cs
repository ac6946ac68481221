using System.Text.Json;
using Understudy.Bench.Linux;
using Understudy.Decisions.Proxying;

namespace Understudy.Bench.Proxies;

/// <summary>The published binary's proxy, with the routes that an agent would write and in the environment that an agent gives it.</summary>
sealed class UnderstudyProxy(string binary) : IProxy
{
    // As many as a run has requests; haproxy's queue has no length either. What is compared is how a failure is met, not where overload begins.
    const int MostWaiting = 10000;

    public string Name => "understudy";

    public string Version(Children children) => children.Run([binary, "version"], TimeSpan.FromSeconds(10)).Split('\n')[0];

    public ProxyCommand Prepare(string folder, int port, IReadOnlyList<Upstream> upstreams, int concurrency)
    {
        var table = new RouteTable(1,
        [
            new AppRoute("bench", [], null, null, new PoolRoute
            {
                Name = "web",
                Concurrency = concurrency,
                QueueLength = MostWaiting,
                QueueWait = TimeSpan.FromSeconds(10),
                RequestTimeout = TimeSpan.FromSeconds(30),
                BodyBytes = 1L << 40,
                ReadyPath = "/up",
                Workers = [.. upstreams.Select((one, i) => new WorkerRoute($"bench.web.{i + 1}", one.Process.Pid, ProcessFigures.StartTicks(one.Process.Pid), one.Port, null))],
            }),
        ]);
        var run = Directory.CreateDirectory(Path.Combine(folder, "run")).FullName;
        File.WriteAllText(Path.Combine(run, "routes.json"), JsonSerializer.Serialize(table, RoutesJson.Default.RouteTable));
        return new([binary, "proxy", "--root", folder, "--listen", $"http://127.0.0.1:{port}"], Understudy.Proxying.ProxyEnvironment.Variables);
    }
}
