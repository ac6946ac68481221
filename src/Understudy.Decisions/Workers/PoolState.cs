namespace Understudy.Decisions.Workers;

/// <summary>What a pool's turns remember.</summary>
public sealed record PoolState
{
    /// <summary>What workers should be: another with each restart, release or change of configuration, and the one before again after a rollback. Workers of others are replaced, one at a time.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>Workers of this generation leave as soon as the others can carry the load: it was rolled back. Null: none.</summary>
    public int? Rejected { get; init; }

    /// <summary>Once one worker of the new generation is ready, the old ones stay beside it until this is unset.</summary>
    public bool Hold { get; init; }
    public IReadOnlyList<WorkerState> Workers { get; init; } = [];
    public int NextNumber { get; init; } = 1;

    /// <summary>How many workers load asks for, within the bounds.</summary>
    public int Wanted { get; init; }

    /// <summary>Workers in a row that died young or never got ready.</summary>
    public int Failures { get; init; }

    /// <summary>Of these, those that were not ready within their deadline.</summary>
    public int NotReady { get; init; }
    public TimeSpan? LastFailureAt { get; init; }
    public string? LastFailure { get; init; }

    /// <summary>The worker that failed so.</summary>
    public string? LastFailed { get; init; }
    public TimeSpan? BusySince { get; init; }
    public TimeSpan? IdleSince { get; init; }

    /// <summary>Set for good when the pool is to end: all workers leave and none is started.</summary>
    public bool Ending { get; init; }

    public int Count(WorkerPhase phase) => Workers.Count(worker => worker.Phase == phase);

    public bool Outdated(WorkerState worker) => worker.Generation != Generation || worker.Recycle;

    /// <summary>A number that no worker's generation has.</summary>
    public int NextGeneration => Workers.Select(worker => worker.Generation).Append(Generation).Append(Rejected ?? 0).Max() + 1;
}
