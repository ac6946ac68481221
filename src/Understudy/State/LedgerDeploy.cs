namespace Understudy.State;

/// <summary>A deploy, rollback or undo as written down at each of its phases.</summary>
sealed record LedgerDeploy
{
    public long Id { get; init; }
    public required string App { get; init; }

    /// <summary>deploy or rollback.</summary>
    public required string Kind { get; init; }
    public required string Release { get; init; }
    public string? Previous { get; init; }
    public required string Owner { get; init; }
    public string? Reason { get; init; }
    public required string Phase { get; init; }

    /// <summary>How long each phase that has ended took, in seconds.</summary>
    public IReadOnlyList<PhaseTime> Phases { get; init; } = [];
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Null while it goes on; else done, failed, cancelled or rolled back.</summary>
    public string? Outcome { get; init; }
}

sealed record PhaseTime(string Phase, double Seconds);
