namespace Understudy.Decisions.Fleet;

/// <summary>A member of the cluster that keeps the fleet's store, as the cluster lists it.</summary>
/// <param name="Name">Its host's; empty until it has started for the first time.</param>
/// <param name="PeerAddress">Where the other members reach it, such as https://10.0.0.1:2380: what it is known by before it has a name.</param>
/// <param name="IsLearner">It is sent all that the others have, and no majority waits for it yet.</param>
public sealed record StoreMember(ulong Id, string Name, string PeerAddress, bool IsLearner = false)
{
    public bool HasStarted => Name.Length > 0;
}
