namespace Understudy.Decisions.Fleet;

/// <summary>This host's part of the store, as its agent sees it.</summary>
/// <param name="PeerAddress">Where it is, or would be, reached as a member.</param>
/// <param name="Members">As the cluster lists them. Null: nothing in it answers.</param>
/// <param name="OutFor">For how long the cluster has listed its members without this host; zero while it is one of them, or nobody says.</param>
/// <param name="Founding">It is to begin a cluster of its own.</param>
/// <param name="HasData">It has kept something before.</param>
/// <param name="Running">Its etcd runs.</param>
public sealed record SeatSight(string PeerAddress, IReadOnlyList<StoreMember>? Members, TimeSpan OutFor, bool Founding, bool HasData, bool Running);
