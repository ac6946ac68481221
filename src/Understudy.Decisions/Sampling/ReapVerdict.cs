namespace Understudy.Decisions.Sampling;

/// <param name="Group">With the processes that this is about, by what identifies them.</param>
/// <param name="Sentence">Why, as the rest of a sentence that begins with its name.</param>
/// <param name="Since">Since when it is stale, since boot. Null: unknown.</param>
/// <param name="Moved">A single process that has left its owner's cgroup.</param>
public sealed record ReapVerdict(OwnedGroup Group, ReapRuling Ruling, string Sentence, TimeSpan? Since = null, bool Moved = false)
{
    public string Id => Group.Id;
}
