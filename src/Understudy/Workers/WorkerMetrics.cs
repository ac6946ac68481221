using Understudy.Api;
using Understudy.Proxying;

namespace Understudy.Workers;

/// <summary>The agent's own families of the Prometheus page.</summary>
static class WorkerMetrics
{
    static readonly string[] States = ["starting", "ready", "down", "draining", "stopping", "killing"];

    public static string Page(IEnumerable<(string App, PoolDocument Pool)> described)
    {
        var pools = described.ToList();
        var text = new PrometheusText();
        text.Family("understudy_workers", "gauge", "Workers by state.");
        foreach (var (app, pool) in pools)
        {
            foreach (var state in States)
                text.Sample(pool.Workers.Count(worker => worker.State == state), ("app", app), ("pool", pool.Pool), ("state", state));
        }
        text.Family("understudy_workers_wanted", "gauge", "Workers that the load asks for, within the bounds.");
        foreach (var (app, pool) in pools)
            text.Sample(pool.Wanted, ("app", app), ("pool", pool.Pool));
        text.Family("understudy_worker_memory_bytes", "gauge", "Memory of a worker's processes: cgroup charge, else PSS at most 30 s old.");
        foreach (var (app, pool) in pools)
        {
            foreach (var worker in pool.Workers)
                text.Sample(worker.MemoryBytes, ("app", app), ("pool", pool.Pool), ("worker", worker.Worker));
        }
        text.Family("understudy_shared_connections", "gauge", "Connections that several processes of a pool hold at once; mixed: bytes went over them meanwhile.");
        foreach (var (app, pool) in pools)
        {
            foreach (var grade in (string[])["standing", "mixed"])
                text.Sample(pool.SharedConnections.Where(one => one.Grade == grade).Sum(one => one.Connections), ("app", app), ("pool", pool.Pool), ("grade", grade));
        }
        return text.ToString();
    }
}
