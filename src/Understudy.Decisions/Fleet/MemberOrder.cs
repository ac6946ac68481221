namespace Understudy.Decisions.Fleet;

/// <summary>What was seen of a member of the store.</summary>
/// <param name="Misses">Calls that it let run out or refused, since its last answer.</param>
/// <param name="SilentSince">The first of them; null after an answer.</param>
public readonly record struct MemberSight(int Misses, TimeSpan? SilentSince)
{
    public MemberSight Answered() => default;

    public MemberSight Missed(TimeSpan now) => new(Misses + 1, SilentSince ?? now);
}

/// <summary>In which order members are asked.</summary>
public static class MemberOrder
{
    /// <summary>
    /// After so much silence a member's connection is made anew: the kernel sends again ever more rarely on the old one (TCP backs off to
    /// minutes), and would be silent long after a cut network is whole.
    /// </summary>
    public static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(2);

    /// <summary>Those that answer come first, from the preferred one on, so that calls stay where they were; the silent ones last, the least silent first.</summary>
    public static IReadOnlyList<int> Of(IReadOnlyList<MemberSight> sights, int preferred) =>
        [.. Enumerable.Range(0, sights.Count).Select(step => (step + preferred) % sights.Count).OrderBy(member => sights[member].Misses)];

    public static bool NeedsConnection(MemberSight sight, TimeSpan connectedAt, TimeSpan now) =>
        sight is { Misses: >= 2, SilentSince: { } since } && now - since >= Reconnect && now - connectedAt >= Reconnect;
}
