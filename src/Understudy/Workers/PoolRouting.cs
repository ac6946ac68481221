using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Workers;

namespace Understudy.Workers;

/// <summary>One pool's place in the route table.</summary>
sealed class PoolRouting(HostedApp app, ProcessConfig process, RoutePublisher publisher)
{
    readonly AppRoute? _found = publisher.Found.Apps.FirstOrDefault(route => route.App == app.Config.App && route.Pool.Name == process.Name);

    /// <summary>Routes the ready workers; notes on each that left at which revision the proxy will know.</summary>
    public void Publish(PoolState state, IReadOnlyDictionary<string, Worker> workers)
    {
        if (!process.TakesRequests)
            return;
        var routed = state.Workers.Where(worker => worker.Phase == WorkerPhase.Ready).Select(worker => workers[worker.Id]).ToList();
        var revision = publisher.Put(Route(routed));
        foreach (var leaving in state.Workers.Where(worker => worker.Leaving))
        {
            if (workers[leaving.Id].LeftRoutesAt == 0)
                workers[leaving.Id].LeftRoutesAt = revision;
        }
    }

    /// <summary>The app has no pool that takes requests any more.</summary>
    public void Withdraw()
    {
        if (process.TakesRequests)
            publisher.Remove(app.Config.App);
    }

    AppRoute Route(IReadOnlyList<Worker> routed) => new(
        app.Config.App, app.Config.Domains, InFolder(app.Config.Tls?.Certificate), InFolder(app.Config.Tls?.Key),
        new PoolRoute
        {
            Name = process.Name,
            Concurrency = process.Concurrency,
            QueueLength = process.Queue.Length,
            QueueWait = process.Queue.Wait,
            RequestTimeout = process.Request.Timeout,
            BodyBytes = process.Request.BodyBytes,
            RetryIdempotencyKey = process.Request.IdempotencyKey,
            ReadyPath = process.Ready.Path ?? routed.Select(worker => worker.ReadyPath).FirstOrDefault(path => path is not null) ?? _found?.Pool.ReadyPath ?? ReadyCheck.DefaultPath,
            Workers = [.. routed.Select(worker => new WorkerRoute(worker.Id, worker.Pid, worker.StartTicks, worker.Port, worker.Cgroup))],
        });

    string? InFolder(string? path) => path is null ? null : Path.Combine(app.Folder, path);
}
