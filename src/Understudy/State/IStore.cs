namespace Understudy.State;

/// <summary>
/// What the hosts of a fleet share: keys with values under one revision that counts committed transactions. The embedded SQLite keeps it on one host,
/// etcd in a fleet; both pass the same contract tests. There is no expiry: who must be known to live renews a key, and whoever waits for it measures
/// with its own clock, for a store's leases are refreshed when the store itself changes hands.
/// </summary>
interface IStore : IAsyncDisposable
{
    /// <summary>What the key holds now, as the newest committed transaction left it; null without one.</summary>
    /// <exception cref="StoreSilent">The store did not answer within its deadline.</exception>
    Task<StoreEntry?> Get(string key, CancellationToken cancellation);

    /// <summary>Every key that begins so, in order, all of the same moment.</summary>
    /// <param name="at">A revision of the past; null for now.</param>
    /// <returns>Null when that moment was compacted away.</returns>
    /// <exception cref="StoreSilent">The store did not answer within its deadline.</exception>
    Task<StoreListing?> List(string prefix, long? at, CancellationToken cancellation);

    /// <summary>All of the writes when every condition holds, or none. Never done twice, however often it has to be sent.</summary>
    /// <returns>Never an exception for a store that does not answer: whether it was done may then be unknown, and the caller must say what that means.</returns>
    Task<StoreCommit> Commit(StoreTransaction transaction, CancellationToken cancellation);

    /// <summary>
    /// News of every key that begins so, without end: each transaction once, in order, none left out; where that cannot be, the whole list anew.
    /// A store that falls silent is news too.
    /// </summary>
    /// <param name="after">The revision that the caller knows already; null begins with the list.</param>
    IAsyncEnumerable<StoreNews> Watch(string prefix, long? after, CancellationToken cancellation);

    /// <summary>Forgets what was before this revision: the past cannot be listed any more, and a watch from there lists anew.</summary>
    /// <exception cref="StoreSilent">The store did not answer within its deadline.</exception>
    Task Compact(long revision, CancellationToken cancellation);
}
