namespace Understudy.Decisions.Releases;

/// <param name="Pools">Those told to run the new release, or in a rollback the old one again.</param>
/// <param name="NewRequests">Requests that the new release's workers were handed so far.</param>
/// <param name="Worse">Why the new release serves worse than the old one, in words; null: it does not.</param>
/// <param name="OtherPools">Pools that the new release does not have and of which something is left.</param>
/// <param name="Cancelled">Who asked to stop it, and rolls it back; null: nobody.</param>
public sealed record RolloutObservation(IReadOnlyList<RolloutPool> Pools, long NewRequests, string? Worse, string? Cancelled, int OtherPools = 0);
