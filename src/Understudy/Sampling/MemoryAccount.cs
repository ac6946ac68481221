using Understudy.Api;
using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>The agent's own account of who holds the host's memory.</summary>
/// <param name="workers">All that the pools count now.</param>
sealed class MemoryAccount(MemoryLook look, StaleWatch stale, MemoryGuard? guard, Func<IReadOnlyList<WorkerDocument>> workers)
{
    /// <summary>Reading all takes a part of a second of CPU for hundreds of processes: one at a time.</summary>
    readonly Lock _exactly = new();

    /// <param name="host">Its name.</param>
    public MemoryDocument Describe(string host, bool exact)
    {
        var moved = stale.Moved;
        var sight = Look(exact, [.. moved.Select(one => one.Process.Key.Pid)]);
        var guarding = guard?.Describe();
        return new MemoryDescription(sight, guard?.HostFallingBytesPerSecond)
        {
            Host = host,
            Agent = "answers",
            Exact = exact,
            LimitFalling = guarding is { OfGroup: true } ? guarding.FallingBytesPerSecond : null,
            Missing = guard is null ? ["how fast memory goes: nobody watches it (guard: off)"] : [],
        }.Of([.. workers().Select(CountedWorker.Of)], [.. stale.Found.Select(Of)], moved);
    }

    MemorySight Look(bool exact, IReadOnlyCollection<int> strays)
    {
        if (!exact)
            return look.Look(exact, Environment.ProcessId, strays);
        lock (_exactly)
            return look.Look(exact, Environment.ProcessId, strays);
    }

    static StaleMemory Of(StaleOwner found) => new(found.Id, found.Reason, found.KeptBy(Linux.BootClock.Now), found.Since, found.Release, found.Generation);
}
