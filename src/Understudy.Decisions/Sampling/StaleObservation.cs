namespace Understudy.Decisions.Sampling;

/// <summary>
/// The kernel's word and then the ledgers', in this order: whoever starts a process writes it down first, so that what the kernel shows and
/// no ledger read after it counts is no newborn.
/// </summary>
/// <param name="Groups">All that bears our mark.</param>
/// <param name="Moved">What left its group.</param>
/// <param name="Current">Read after the kernel was.</param>
/// <param name="Records">What was written down of stale owners.</param>
public sealed record StaleObservation(
    IReadOnlyList<OwnedGroup> Groups,
    IReadOnlyList<MovedProcess> Moved,
    IReadOnlyDictionary<string, CurrentOwner> Current,
    IReadOnlyDictionary<string, StaleRecord> Records);
