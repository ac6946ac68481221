using System.Globalization;

namespace Understudy.Decisions.Workers;

/// <summary>When a worker has served its time.</summary>
public static class Recycling
{
    /// <summary>Null, or the reason in words.</summary>
    /// <param name="held">Only what frees memory: others can wait.</param>
    public static string? Due(WorkerState worker, PoolRules rules, WorkerObservation seen, bool held, TimeSpan now)
    {
        if (seen.Unwanted is { } unwanted)
            return unwanted;
        if (rules.RecycleMemoryBytes is { } memory && seen.MemoryBytes >= memory)
            return string.Create(CultureInfo.InvariantCulture, $"it uses {seen.MemoryBytes / 1_000_000} MB (recycle.memory: {memory / 1_000_000} MB)");
        if (held)
            return null;
        if (rules.RecycleRequests is { } requests && seen.Requests >= requests)
            return string.Create(CultureInfo.InvariantCulture, $"it has served {seen.Requests} requests (recycle.requests: {requests})");
        if (rules.RecycleAge is { } age && now - worker.StartedAt >= age)
            return string.Create(CultureInfo.InvariantCulture, $"it is older than {age.TotalMinutes:0.#} min (recycle.age)");
        return null;
    }
}
