namespace Understudy.Decisions.Fleet;

/// <summary>
/// Who keeps the fleet's store: one host, or three, or five. Decided on the host of the store's leader alone, one step at a time, and only
/// while a majority of the members is heard after it.
/// </summary>
public static class MembershipDecision
{
    /// <summary>A host that beats every 5 s and was not heard for so long is silent: no new member is taken, and none removed, for its sake alone.</summary>
    public static readonly TimeSpan Heard = TimeSpan.FromSeconds(15);

    /// <summary>A member that was silent for so long gives its place to a host that has none. What it kept is worth nothing from then on.</summary>
    public static readonly TimeSpan Dead = TimeSpan.FromSeconds(60);

    /// <summary>So long a new member has to start, before another host gets its place.</summary>
    public static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    /// <summary>And so long, from when it was added, to have all that the others have: minutes for etcd's largest stores.</summary>
    public static readonly TimeSpan CatchesUpWithin = TimeSpan.FromMinutes(5);

    /// <summary>With two members either one's end would stop the store: one is better.</summary>
    public static int Wanted(int hosts) => hosts >= 5 ? 5 : hosts >= 3 ? 3 : 1;

    /// <param name="members">The one that leads first: it is the last to be found one too many.</param>
    /// <param name="waited">For how long a member was seen that has not started yet, or is a learner.</param>
    public static MembershipStep Next(IReadOnlyList<StoreMember> members, IReadOnlyList<StoreHost> hosts, TimeSpan waited)
    {
        if (members.FirstOrDefault(member => member.IsLearner || !member.HasStarted) is { } fresh)
        {
            if (Of(hosts, fresh) is not { Removed: false } its || its.Silent >= Heard)
                return new MembershipStep.Remove(fresh, "nothing is heard of its host, and it was not yet needed");
            if (waited >= (fresh.HasStarted ? CatchesUpWithin : StartsWithin))
                return new MembershipStep.Remove(fresh, fresh.HasStarted ? $"it did not catch up within {CatchesUpWithin.TotalMinutes:0} min" : $"its host has not started it within {StartsWithin.TotalSeconds:0} s");
            return fresh is { IsLearner: true, HasStarted: true } ? new MembershipStep.Promote(fresh) : new MembershipStep.Stay();
        }
        var candidate = hosts.Where(host => host.CanBeTaken && !host.HasData && host.Silent < Heard && !members.Any(member => member.PeerAddress == host.PeerAddress))
            // The witness is there for nothing else.
            .OrderBy(host => host.Failed).ThenByDescending(host => host.Witness).ThenBy(host => host.Name, StringComparer.Ordinal).FirstOrDefault();
        bool IsHeard(StoreMember member) => Of(hosts, member) is { } host && host.Silent < Heard;
        var heard = members.Count(IsHeard);
        if (members.FirstOrDefault(member => Of(hosts, member) is { Removed: true }) is { } removed)
        {
            if (members.Count(member => member != removed && IsHeard(member)) > (members.Count - 1) / 2)
                return new MembershipStep.Remove(removed, "its host was removed from the fleet");
            // It keeps the store alone, or holds the majority up: another first.
            return candidate is not null && heard == members.Count ? new MembershipStep.Add(candidate) : new MembershipStep.Stay();
        }
        // Hosts that are silent count: they may come back. So do members whose host lost its etcd.
        var known = hosts.Count(host => !host.Removed && (host.CanHold || members.Any(member => member.PeerAddress == host.PeerAddress)));
        if (members.Count > Wanted(known) && heard == members.Count)
            return new MembershipStep.Remove(members[^1], $"{known} hosts are too few for {members.Count} members");
        if (candidate is null)
            return new MembershipStep.Stay();
        if (members.FirstOrDefault(member => Of(hosts, member) is not { } host || host.Silent >= Dead) is { } dead)
        {
            return heard > (members.Count - 1) / 2
                ? new MembershipStep.Remove(dead, $"nothing was heard of its host for {Dead.TotalSeconds:0} s, and {candidate.Name} takes its place")
                : new MembershipStep.Stay();
        }
        return members.Count < Wanted(hosts.Count(host => host.CanBeTaken && host.Silent < Dead)) && heard == members.Count
            ? new MembershipStep.Add(candidate)
            : new MembershipStep.Stay();
    }

    static StoreHost? Of(IReadOnlyList<StoreHost> hosts, StoreMember member) => hosts.FirstOrDefault(host => host.PeerAddress == member.PeerAddress);
}
