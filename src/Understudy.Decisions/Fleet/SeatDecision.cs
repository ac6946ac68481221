namespace Understudy.Decisions.Fleet;

/// <summary>What a host does about its own part of the store. Nobody tells it: it reads the cluster's own list.</summary>
public static class SeatDecision
{
    /// <summary>So long it must be missing in the list: a member that lags behind answers with an older one.</summary>
    public static readonly TimeSpan OutBefore = TimeSpan.FromSeconds(10);

    public static SeatStep Next(SeatSight sight)
    {
        if (sight.Members is not { } members)
            return sight.Running ? SeatStep.Stay : sight.HasData ? SeatStep.Start : sight.Founding ? SeatStep.Found : SeatStep.Stay;
        if (members.FirstOrDefault(member => member.PeerAddress == sight.PeerAddress) is not { } own)
        {
            // One that was put out ends by itself, and would if it were started again.
            return (sight.Running || sight.HasData) && sight.OutFor >= OutBefore ? SeatStep.Leave : SeatStep.Stay;
        }
        return sight.Running ? SeatStep.Stay : sight.HasData ? SeatStep.Start : own.HasStarted ? SeatStep.Resign : SeatStep.Join;
    }
}
