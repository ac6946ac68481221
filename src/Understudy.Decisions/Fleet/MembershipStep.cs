namespace Understudy.Decisions.Fleet;

/// <summary>What is done next about who keeps the store.</summary>
public abstract record MembershipStep
{
    /// <summary>Nothing.</summary>
    public sealed record Stay : MembershipStep;

    public sealed record Add(StoreHost Host) : MembershipStep;

    /// <param name="Reason">As the end of a sentence.</param>
    public sealed record Remove(StoreMember Member, string Reason) : MembershipStep;
}
