namespace Understudy.State;

/// <summary>What became of a transaction.</summary>
abstract record StoreCommit
{
    /// <summary>Every write was made.</summary>
    /// <param name="Revision">The transaction's own; the newest one when it changed nothing.</param>
    /// <param name="SentAt">By the store's <see cref="TimeProvider.GetTimestamp"/>, when the attempt that was committed was sent, or earlier:
    /// what holds for a time from the commit holds from here.</param>
    public sealed record Done(long Revision, long SentAt) : StoreCommit;

    /// <summary>A condition did not hold; nothing was written.</summary>
    /// <param name="Current">What the keys of the conditions hold instead; a key without entry is not there.</param>
    public sealed record Refused(long Revision, IReadOnlyList<StoreEntry> Current) : StoreCommit;

    /// <summary>No answer within the deadline: it was done, or is not, or will be until the next transaction of this client is answered.</summary>
    public sealed record Unknown(string Why) : StoreCommit;
}
