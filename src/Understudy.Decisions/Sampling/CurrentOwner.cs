namespace Understudy.Decisions.Sampling;

/// <summary>An owner that somebody counts: a worker in a pool's ledger, a command that runs.</summary>
/// <param name="DeadlineAt">When it is to be gone; null: it is to stay. Since boot.</param>
/// <param name="Leaves">Why it is to be gone.</param>
public sealed record CurrentOwner(TimeSpan? DeadlineAt = null, string? Leaves = null);
