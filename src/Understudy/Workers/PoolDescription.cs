using Understudy.Api;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Workers;

namespace Understudy.Workers;

/// <summary>A pool and its workers as the API tells of them.</summary>
static class PoolDescription
{
    public static PoolDocument Of(Pool pool, PoolState state, PoolRules rules, PoolTurn? last, IReadOnlyDictionary<string, Worker> workers, ProxyView view) => new()
    {
        Pool = pool.Name,
        State = last?.Condition ?? PoolCondition.Of(state),
        Min = rules.Min,
        Max = rules.Max,
        Wanted = state.Wanted,
        Ready = state.Workers.Count(worker => worker.Phase == WorkerPhase.Ready && workers[worker.Id].DownSince is null),
        Concurrency = rules.Concurrency,
        InFlight = view.Pool?.InFlight ?? 0,
        Queued = view.Queued,
        QueueLength = pool.Process.Queue.Length,
        OldestQueuedMs = view.Pool?.OldestQueuedMs ?? 0,
        QueueWaitMs = view.Pool?.QueueWaitMs ?? 0,
        Requests = view.Pool?.Requests ?? 0,
        Retries = view.Pool?.Retries ?? 0,
        Refused = view.Pool?.Refused ?? 0,
        LostInside = view.Pool?.LostInside ?? 0,
        TimedOut = view.Pool?.TimedOut ?? 0,
        Shed = view.Pool?.Shed ?? 0,
        Forwarded = view.Pool?.Forwarded ?? 0,
        Hosts = [.. (view.Pool?.Hosts ?? []).Select(Of)],
        TakesRequests = pool.Process.TakesRequests,
        RecycleMemoryBytes = rules.RecycleMemoryBytes,
        LastSentence = last?.Sentence ?? "has not had a turn yet",
        Workers = [.. state.Workers.Select(worker => Of(pool, worker, workers[worker.Id]))],
    };

    static OtherHostDocument Of(HostReport host) => new(
        host.Name, host.Address, !host.Routed ? "leaving" : host.DownSince is null ? "up" : "down",
        host.InFlight, host.Outstanding, host.Slots, host.Streams, host.Requests, host.Failures, host.DownReason ?? "");

    static WorkerDocument Of(Pool pool, WorkerState state, Worker worker) => new()
    {
        App = pool.App.Config.App,
        Pool = pool.Name,
        Worker = worker.ShortName,
        Pid = worker.Pid,
        State = state.Phase == WorkerPhase.Ready && worker.DownSince is not null ? "down" : state.Phase.ToString().ToLowerInvariant(),
        Release = worker.Release,
        Generation = state.Generation,
        Port = worker.Port,
        Requests = worker.Requests,
        InFlight = worker.InFlight,
        Streams = worker.Streams,
        MemoryBytes = worker.MemoryBytes,
        Processes = worker.Processes,
        StartedAt = TimeOfDay.At(state.StartedAt),
        LastSentence = Sentence(state, worker),
        Adopted = worker.IsAdopted,
    };

    static string Sentence(WorkerState state, Worker worker) => state.Phase switch
    {
        _ when worker.DownReason is { } reason => reason,
        WorkerPhase.Starting => "waiting for it to be ready",
        WorkerPhase.Ready when state.Recycle => $"to be replaced: {state.Reason}",
        WorkerPhase.Ready => "serving",
        _ => state.Reason ?? "",
    };
}
