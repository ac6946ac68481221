using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>What a pool says of itself.</summary>
internal static class PoolReporting
{
    public static PoolReport Report(App app)
    {
        var pool = app.Pool;
        lock (pool.Gate)
        {
            var ticks = Clock.Ticks;
            var now = Clock.Time(ticks);
            // Health is kept in this process's own time; the report speaks in time since boot.
            var boot = Linux.BootClock.Now - now;
            var reports = new List<WorkerReport>(pool.Workers.Length + pool.Leaving.Count);
            foreach (var worker in pool.Workers) reports.Add(Report(worker, boot));
            foreach (var worker in pool.Leaving) reports.Add(Report(worker, boot));
            var inFlight = 0;
            foreach (var report in reports) inFlight += report.InFlight;
            var figures = pool.Figures;
            return new PoolReport
            {
                App = app.Name,
                Pool = pool.Route.Name,
                Queued = pool.Queue.Count,
                OldestQueuedMs = pool.Queue.Head is { } head ? Clock.Milliseconds(ticks - head.QueuedAt) : 0,
                InFlight = inFlight,
                Requests = figures.Requests,
                Retries = figures.Retries,
                Refused = figures.Refused,
                LostInside = figures.LostInside,
                TimedOut = figures.TimedOut,
                Shed = figures.Shed,
                QueueWaitMs = figures.MeanWaitMs(now),
                Workers = reports,
                Forwarded = figures.Forwarded,
                Hosts = [.. app.Hosts.Hosts.Concat(app.Hosts.Leaving).Select(host => Report(host, boot))],
            };
        }
    }

    /// <summary>Requests inside the workers, those of an older proxy included: what a newer one must know.</summary>
    public static void AddInFlight(PoolDispatch pool, Dictionary<string, int> to)
    {
        lock (pool.Gate)
        {
            foreach (var worker in pool.Workers.Concat(pool.Leaving).Where(w => w.Outstanding > 0)) to[worker.Route.Id] = worker.Outstanding;
        }
    }

    static HostReport Report(RoutedHost host, TimeSpan boot) => new(
        host.Route.Name, host.Route.Address, host.Listed, host.InFlight, host.Outstanding, host.Slots, host.Streams, host.Requests, host.Failures,
        host.Health.IsUp ? null : host.Health.Since + boot, host.Health.Reason);

    static WorkerReport Report(RoutedWorker worker, TimeSpan boot) => new(
        worker.Route.Id, worker.Listed, worker.Outstanding, worker.Streams, worker.Requests,
        worker.Health.IsUp ? null : worker.Health.Since + boot, worker.Health.Reason, worker.Health.Stopped)
    {
        Failures = worker.Failures,
        Durations = worker.Durations(),
    };
}
