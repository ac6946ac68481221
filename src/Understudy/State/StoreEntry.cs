namespace Understudy.State;

/// <summary>A key as one transaction left it.</summary>
/// <param name="Created">The revision of the transaction that made the key; a key that was deleted and made anew has a new one.</param>
/// <param name="Changed">The revision of the transaction that wrote it last. A condition on it is compare-and-swap.</param>
sealed record StoreEntry(string Key, ReadOnlyMemory<byte> Value, long Created, long Changed)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Value.Span);
}

/// <summary>The keys of one moment.</summary>
/// <param name="Revision">Of that moment: a watch after it misses nothing.</param>
sealed record StoreListing(long Revision, IReadOnlyList<StoreEntry> Entries);
