namespace Understudy.Decisions.Releases;

/// <param name="Pools">The new release's pools in the order in which they are rolled: the one that takes requests first.</param>
/// <param name="Watch">How long the new release is watched once all workers are of it.</param>
/// <param name="First">No release runs yet: there is nothing to compare with or to go back to.</param>
public sealed record RolloutPlan(IReadOnlyList<string> Pools, TimeSpan Watch, bool First);
