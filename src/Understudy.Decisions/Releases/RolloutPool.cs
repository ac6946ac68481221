namespace Understudy.Decisions.Releases;

/// <summary>How far one pool is with the release that it was told to run.</summary>
public sealed record RolloutPool(string Name, bool TakesRequests)
{
    public int Wanted { get; init; }

    /// <summary>Ready workers of that release.</summary>
    public int NewReady { get; init; }

    /// <summary>Workers of any other, and those that are leaving, of which a process may still live.</summary>
    public int Others { get; init; }

    /// <summary>Of these, those that still get requests.</summary>
    public int OthersRouted { get; init; }

    /// <summary>Workers in a row that failed since it was told.</summary>
    public int Failures { get; init; }

    /// <summary>Of these, those that were not ready within their deadline.</summary>
    public int NotReady { get; init; }
    public string? LastFailure { get; init; }

    /// <summary>The worker that failed so.</summary>
    public string? LastFailed { get; init; }

    /// <summary>It has had a turn since it was told.</summary>
    public bool Turned { get; init; } = true;

    public bool IsComplete => Turned && Others == 0 && NewReady >= Wanted;
}
