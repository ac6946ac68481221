namespace Understudy.Decisions.Sampling;

/// <summary>What the turns of <see cref="StaleDecision"/> remember.</summary>
public sealed record StaleState
{
    /// <summary>Seen once without anybody who counts it, and when that was.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Suspects { get; init; } = new Dictionary<string, TimeSpan>();

    public IReadOnlyDictionary<string, StaleOwner> Stale { get; init; } = new Dictionary<string, StaleOwner>();

    /// <summary>Groups of nobody without a process, and since when they are.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Empty { get; init; } = new Dictionary<string, TimeSpan>();

    public IReadOnlyList<MovedProcess> Moved { get; init; } = [];
}
