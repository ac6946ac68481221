using Understudy.Api;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>A look at the host's memory as the API tells of it.</summary>
/// <param name="falling">How fast what is left to the host goes. Null: nobody watches.</param>
sealed class MemoryDescription(MemorySight sight, double? falling)
{
    readonly HashSet<string> _told = [];

    /// <summary>What is missing, beside what the look could not read.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>How fast what is left to the workers' limited group goes. Null: nobody watches it.</summary>
    public double? LimitFalling { get; init; }

    public required string Host { get; init; }
    public required string Agent { get; init; }
    public required bool Exact { get; init; }

    /// <param name="workers">All that the pools count.</param>
    /// <param name="stale">What is not: with its id, and all but its figures.</param>
    public MemoryDocument Of(IReadOnlyList<CountedWorker> workers, IReadOnlyList<StaleMemory> stale, IReadOnlyList<MovedProcess> moved)
    {
        // What a pool counts still though its deadline has passed is told of once, as stale.
        var staleDocuments = stale.Select(Of).OfType<StaleMemoryDocument>().ToList();
        var counted = workers.Where(worker => !_told.Contains(worker.Id)).ToList();
        var pools = counted.GroupBy(worker => (worker.Owner.App, worker.Owner.Pool)).Select(pool => Pool(pool.Key.App, pool.Key.Pool!, [.. pool.Select(Of)])).ToList();
        return new MemoryDocument
        {
            Host = Host,
            At = TimeOfDay.At(sight.At),
            Exact = Exact,
            Agent = Agent,
            Missing = [.. sight.Missing, .. Missing],
            Memory = sight.Host is { } host ? Level(host, falling, sight.Pressure) : null,
            Limit = sight.Limit is { } limit ? new LimitDocument(limit.Folder, Level(limit.Level, LimitFalling, null)) : null,
            Pools = pools,
            Beside = [.. sight.Owners.Where(owner => !_told.Contains(owner.Key) && owner.Value.Processes.Count > 0).OrderBy(owner => owner.Key, StringComparer.Ordinal)
                .Select(owner => new OwnerMemoryDocument(owner.Key, Sum(owner.Value), Tree(owner.Value.Processes)))],
            Stale = staleDocuments,
            Moved = [.. moved.Where(one => sight.Strays.ContainsKey(one.Process.Key.Pid)).Select(one => new MovedMemoryDocument(one.Id, one.Place, Of(sight.Strays[one.Process.Key.Pid], 0)))],
            Adopted = [.. counted.Where(worker => worker.Adopted).Select(worker => worker.Id)],
            Others = [.. sight.Others.Select(process => Of(process, 0))],
            OthersCount = sight.OthersCount,
        };
    }

    WorkerMemoryDocument Of(CountedWorker worker)
    {
        var owner = Take(worker.Id) ?? new OwnerSight([], null);
        return new(worker.Owner.ShortName, worker.State, worker.Pid, worker.Release, worker.Generation, worker.Adopted, worker.StartedAt, Sum(owner), Tree(owner.Processes));
    }

    /// <summary>Null: it has no process any more.</summary>
    StaleMemoryDocument? Of(StaleMemory stale) => Take(stale.Id) is { Processes.Count: > 0 } owner
        ? new(stale.Id, stale.Release, stale.Generation, stale.Since is { } since ? TimeOfDay.At(since) : null, stale.Reason, stale.KeptBy, stale.InDoubt, Sum(owner), Tree(owner.Processes))
        : null;

    OwnerSight? Take(string id) => _told.Add(id) ? sight.Owners.GetValueOrDefault(id) : null;

    static PoolMemoryDocument Pool(string app, string pool, IReadOnlyList<WorkerMemoryDocument> workers)
    {
        var sums = workers.Select(worker => worker.Sum).ToList();
        return new(app, pool, new SumDocument(
            sums.Sum(one => one.Processes), sums.Sum(one => one.Unmeasured), sums.Sum(one => one.PssBytes), sums.Sum(one => one.PrivateBytes), sums.Sum(one => one.SharedBytes),
            sums.Sum(one => one.SwapBytes), sums.All(one => one.ChargeBytes is not null) ? sums.Sum(one => one.ChargeBytes) : null, sums.Max(one => one.AgeSeconds)), workers);
    }

    SumDocument Sum(OwnerSight owner)
    {
        var sum = MemorySum.Of(owner.Processes.Select(process => process.Sample));
        return new(sum.Processes, sum.Unmeasured, sum.PssBytes, sum.PrivateBytes, sum.SharedBytes, sum.SwapBytes, owner.ChargeBytes, Age(sum.OldestAt));
    }

    List<ProcessMemoryDocument> Tree(IReadOnlyList<SeenProcess> processes) => [.. ProcessTree.Of(processes).Select(place => Of(place.Process, place.Depth))];

    ProcessMemoryDocument Of(SeenProcess seen, int depth)
    {
        var process = seen.Process;
        var sum = MemorySum.Of([seen.Sample]);
        var known = seen.Sample is not null;
        return new(
            process.Key.Pid, process.Parent, depth, process.Name, seen.Command, process.State.ToString(), TimeOfDay.At(TimeSpan.FromSeconds((double)process.Key.StartTicks / ProcessStat.TicksPerSecond)), seen.ResidentBytes,
            known ? sum.PssBytes : null, known ? sum.PrivateBytes : null, known ? sum.SharedBytes : null, known ? sum.SwapBytes : null, Age(sum.OldestAt));
    }

    double? Age(TimeSpan? at) => at is { } then ? Math.Round(Math.Max(0, (sight.At - then).TotalSeconds), 1) : null;

    static LevelDocument Level(in MemoryLevel level, double? falling, MemoryPressure? pressure) => new(
        level.TotalBytes, level.AvailableBytes, level.SwapTotalBytes, level.SwapFreeBytes, (long?)falling,
        falling is { } goes ? MemoryForecast.ExhaustedIn(level, goes)?.TotalSeconds : null, pressure?.SomePercent, pressure?.FullPercent);
}
