namespace Understudy.Decisions.Sampling;

/// <summary>An owner whose processes nobody counts, or that is past its deadline. All times are since boot.</summary>
public sealed record StaleOwner
{
    public required string Id { get; init; }
    public required TimeSpan Since { get; init; }

    /// <summary>Why it is stale, as the rest of a sentence that begins with its name.</summary>
    public required string Reason { get; init; }
    public required StalePolicy Policy { get; init; }

    /// <summary>As last seen.</summary>
    public required OwnedGroup Group { get; init; }
    public string Release { get; init; } = "";
    public int Generation { get; init; }

    /// <summary>A pool counts it still: only its deadline has passed.</summary>
    public bool Counted { get; init; }

    /// <summary>When it is killed; null: it is not.</summary>
    public TimeSpan? DeadlineAt { get; init; }
    public TimeSpan? AskedAt { get; init; }
    public TimeSpan? FirstKilledAt { get; init; }
    public TimeSpan? KilledAt { get; init; }

    /// <summary>It was told that killing does not end it.</summary>
    public bool ToldUnkillable { get; init; }
}
