namespace Understudy.Decisions.Releases;

/// <param name="Sentence">What it waits for or has done, for people.</param>
/// <param name="WakeAt">When the next turn is due though nothing is observed.</param>
public sealed record RolloutTurn(RolloutState State, IReadOnlyList<RolloutAction> Actions, string Sentence, TimeSpan? WakeAt);
