namespace Understudy.Decisions.Fleet;

/// <summary>What is done next about who keeps the store.</summary>
public abstract record MembershipStep
{
    /// <summary>Nothing.</summary>
    public sealed record Stay : MembershipStep;

    /// <summary>As a learner: one whose etcd does not start, or is not reached, costs no majority.</summary>
    public sealed record Add(StoreHost Host) : MembershipStep;

    /// <summary>The learner counts from then on; to be tried again while it has not all yet.</summary>
    public sealed record Promote(StoreMember Member) : MembershipStep;

    /// <param name="Reason">As the end of a sentence.</param>
    public sealed record Remove(StoreMember Member, string Reason) : MembershipStep;
}
