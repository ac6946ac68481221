using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>Which worker the memory guard replaces: the largest of those over their budget, one at a time.</summary>
public static class GuardRecycling
{
    /// <summary>
    /// Younger workers are not replaced for their fair share alone, unless memory is seen to go: those of an app that is simply large for its
    /// host would be replaced for ever.
    /// </summary>
    public static readonly TimeSpan Young = TimeSpan.FromMinutes(10);

    /// <summary>Memory that goes this soon is seen to go.</summary>
    static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    /// <summary>What an old worker takes to drain beside a new one that is ready.</summary>
    static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    /// <summary>What must be left of RAM and swap while a new worker stands beside the old one.</summary>
    const double Spare = 0.05;

    /// <summary>A worker that the guard wants replaced.</summary>
    /// <param name="OutFirst">There is no memory for both: the old one leaves before the new one starts.</param>
    /// <param name="Reason">In words, with the numbers.</param>
    public sealed record Order(string Id, bool OutFirst, string Reason);

    /// <summary>The worker to replace, or null and why there is none.</summary>
    public static (Order? Order, string? Why) Choose(IReadOnlyCollection<GuardedWorker> workers, GuardSight sight, GuardStep step)
    {
        var share = WorkerBudget.FairShareBytes(workers, sight.Level);
        var goes = sight.ExhaustedIn < Soon;
        var over = workers.Where(worker => worker.Bytes > WorkerBudget.Of(worker, share)).OrderByDescending(worker => worker.Bytes).ToList();
        if (step == GuardStep.Shed && over.Find(worker => worker.Waits) is { } waiting)
            return (new Order(waiting.Id, true, $"memory is nearly gone and it holds {Text(waiting.Bytes)}; it leaves before its replacement is ready"), null);
        if (over.Find(worker => worker.Goes) is { } going)
            return (null, $"waits until {Short(going)} is replaced");
        var chosen = over.Find(worker => worker.Serves && (worker.StatedBytes is not null || worker.Age >= Young || goes));
        if (chosen is null)
            return (null, over.Count == 0 ? $"no worker is over its budget (a fair share is {Text(share)})" : $"{Short(over[0])} is over its fair share of {Text(share)}, and too young to be blamed for it");
        var budget = chosen.StatedBytes is { } stated ? $"recycle.memory: {Text(stated)}" : $"its fair share: {Text(share)}";
        var outFirst = !HasRoom(chosen, share, sight);
        return (new Order(chosen.Id, outFirst, $"memory runs out and it holds {Text(chosen.Bytes)} ({budget}){(outFirst ? "; the old one leaves first, for there is no room for both" : "")}"), null);
    }

    static bool HasRoom(GuardedWorker worker, long share, in GuardSight sight)
    {
        var fresh = worker.FreshBytes > 0 ? worker.FreshBytes : WorkerBudget.Of(worker, share) / 2;
        var goes = sight.FallingBytesPerSecond * (worker.Boot + Drain).TotalSeconds;
        return sight.Level.LeftBytes - fresh - goes >= sight.Level.AllBytes * Spare;
    }

    static string Short(GuardedWorker worker) => worker.Id[(worker.Id.IndexOf('.', StringComparison.Ordinal) + 1)..];

    static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
