namespace Understudy.Decisions.Sampling;

/// <param name="LookAgain">Something is suspected: look again soon, not only at the next turn.</param>
public sealed record StaleTurn(StaleState State, IReadOnlyList<StaleAction> Actions, bool LookAgain);
