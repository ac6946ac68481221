using Understudy.Decisions.Proxying;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>What the proxy last said of one pool.</summary>
sealed class ProxyView
{
    /// <summary>Load is smoothed over some seconds, so that one long request does not look like a rush.</summary>
    const double SmoothingSeconds = 3;

    TimeSpan _takenAt;
    int _proxyPid;

    public PoolReport? Pool { get; private set; }
    public bool ProxyRuns { get; private set; }
    public long RoutesRevision { get; private set; }
    public double Load { get; private set; }
    public int Queued => Pool?.Queued ?? 0;

    public void Take(ProxyReport? report, string app, string pool, IEnumerable<Worker> workers)
    {
        ProxyRuns = report is not null;
        Pool = report?.Pools.FirstOrDefault(found => found.App == app && found.Pool == pool);
        RoutesRevision = report?.RoutesRevision ?? 0;
        Smooth(Pool is null ? 0 : Pool.InFlight + Pool.Queued);
        var replaced = report is not null && report.Pid != _proxyPid;
        _proxyPid = report?.Pid ?? _proxyPid;
        foreach (var worker in workers)
            Take(worker, Pool?.Workers.FirstOrDefault(found => found.Id == worker.Id), replaced);
    }

    /// <summary>Whether requests may still reach a worker that has left the routes, or are in flight there.</summary>
    public bool InUse(Worker worker) => ProxyRuns && (RoutesRevision < worker.LeftRoutesAt || worker.InFlight > 0);

    static void Take(Worker worker, WorkerReport? report, bool replaced)
    {
        if (replaced)
        {
            // Another proxy counts from nothing.
            worker.RequestsBefore += worker.RequestsNow;
            worker.RequestsNow = 0;
        }
        worker.InFlight = report?.InFlight ?? 0;
        worker.Streams = report?.Streams ?? 0;
        worker.RequestsNow = report?.Requests ?? worker.RequestsNow;
        worker.DownSince = report?.DownSince;
        worker.DownReason = report?.DownReason;
        worker.Stopped = report?.Stopped ?? false;
    }

    void Smooth(double load)
    {
        var now = BootClock.Now;
        var weight = 1 - Math.Exp(-(now - _takenAt).TotalSeconds / SmoothingSeconds);
        Load += (load - Load) * weight;
        _takenAt = now;
    }
}
