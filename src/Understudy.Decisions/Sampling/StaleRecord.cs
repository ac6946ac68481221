namespace Understudy.Decisions.Sampling;

/// <summary>A stale owner as written down, so that its age, its reason and its deadline outlast the agent.</summary>
/// <param name="Since">Since when nobody counts it; since boot.</param>
/// <param name="Release">Empty where that is not known.</param>
/// <param name="Abandoned">A pool let it go past its hard deadline: it has no more time.</param>
public sealed record StaleRecord(string Id, TimeSpan Since, string Reason, string Release = "", int Generation = 0, bool Abandoned = false);
