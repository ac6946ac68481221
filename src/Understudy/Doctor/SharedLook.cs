using Understudy.Api;
using Understudy.Decisions.Doctor;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Sampling;

namespace Understudy.Doctor;

/// <summary>Shared connections: as the agent tells of them, or without one from two looks of our own.</summary>
static class SharedLook
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<SharedSight> Of(HostDocument status, DateTimeOffset now) =>
        [.. status.Apps.SelectMany(app => app.Pools.SelectMany(pool => pool.SharedConnections).Select(shared =>
            new SharedSight(app.App, shared.Peer, shared.Grade == "mixed", shared.Sentence, shared.Pids, now - shared.SharedSince, shared.Remedy)))];

    public static async Task<IReadOnlyList<SharedSight>> Of(IOwnership ownership, IReadOnlyList<FoundWorker> workers)
    {
        var scan = new ConnectionScan(ownership);
        var running = workers.Select(worker => worker.Running).ToList();
        var (state, _) = ConnectionWatch.Turn(ConnectionsState.Empty, scan.Look(running), TimeSpan.Zero);
        if (state.Watched.Count == 0)
            return [];
        await Task.Delay(Between);
        // To whoever asks now, what stands is worth a word however young it is.
        (state, _) = ConnectionWatch.Turn(state, scan.Look(running), ConnectionWatch.Patience);
        return [.. state.Shared.Select(shared => new SharedSight(shared.App, shared.Peer, shared.Grade == SharingGrade.Mixed, shared.Sentence, shared.Pids, BootClock.Now - shared.Since, shared.Remedy))];
    }
}
