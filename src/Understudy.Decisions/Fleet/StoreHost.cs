namespace Understudy.Decisions.Fleet;

/// <summary>A host of the fleet, as the one that tends the store sees it.</summary>
/// <param name="CanHold">It has an etcd to keep a part of the store with.</param>
/// <param name="Witness">It is there for the store alone.</param>
/// <param name="Removed">Somebody took it out of the fleet for good: what it keeps of the store is to go to others.</param>
/// <param name="Failed">It was to keep a part lately, and did not come to: others first.</param>
/// <param name="HasData">It has what it kept as a member before, with which no new one can start: it removes that once it sees that it is none.</param>
/// <param name="Silent">For how long nothing was heard of it, by the clock of who says so.</param>
public sealed record StoreHost(string Name, string PeerAddress, bool CanHold, bool Witness, TimeSpan Silent, bool Removed = false, bool Failed = false, bool HasData = false)
{
    public bool CanBeTaken => CanHold && !Removed;
}
