namespace Understudy.State;

/// <summary>A release as written down.</summary>
sealed record LedgerRelease
{
    public required string App { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset MadeAt { get; init; }
    public required string MadeBy { get; init; }
    public string? Commit { get; init; }
    public string? Ref { get; init; }

    /// <summary>The artifact's sha256; null until it is built.</summary>
    public string? Artifact { get; init; }
    public long Bytes { get; init; }
    public required ReleaseState State { get; init; }

    /// <summary>Why it failed or was rolled back.</summary>
    public string? Reason { get; init; }

    /// <summary>When it stopped serving.</summary>
    public DateTimeOffset? LeftAt { get; init; }
}

enum ReleaseState
{
    Building,

    /// <summary>Can serve: it does, did, or will.</summary>
    Built,

    /// <summary>It never came to serve.</summary>
    Failed,

    /// <summary>It served, and worse than the one before.</summary>
    RolledBack,
}
