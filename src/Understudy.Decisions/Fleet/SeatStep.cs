namespace Understudy.Decisions.Fleet;

/// <summary>What a host does about its own part of the store.</summary>
public enum SeatStep
{
    Stay,

    /// <summary>Starts with what it has.</summary>
    Start,

    /// <summary>Begins a cluster of its own.</summary>
    Found,

    /// <summary>Starts empty, as the member that was added for it.</summary>
    Join,

    /// <summary>Ends its etcd and removes what it kept: the others go on without it.</summary>
    Leave,

    /// <summary>Gives up its membership, for what it kept is lost: it can come back only as a new member.</summary>
    Resign,
}
