namespace Understudy.State;

/// <summary>What a watch tells.</summary>
/// <param name="Revision">Everything under the prefix is known up to here.</param>
abstract record StoreNews(long Revision)
{
    /// <summary>The whole list: what is not in it is not there, whatever was told before.</summary>
    public sealed record Listed(long Revision, IReadOnlyList<StoreEntry> Entries) : StoreNews(Revision);

    /// <summary>One transaction's changes, all of them.</summary>
    public sealed record Changed(long Revision, IReadOnlyList<StoreChange> Changes) : StoreNews(Revision);

    /// <summary>Nothing was heard of the store for too long: what is known may be old. Told once; the watch goes on trying.</summary>
    public sealed record Stale(long Revision) : StoreNews(Revision);

    /// <summary>The store is heard again after <see cref="Stale"/>; what was missed follows.</summary>
    public sealed record Fresh(long Revision) : StoreNews(Revision);
}

/// <summary>One key's change.</summary>
/// <param name="Entry">Null: it was deleted.</param>
readonly record struct StoreChange(string Key, StoreEntry? Entry);
