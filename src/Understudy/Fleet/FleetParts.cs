using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>What a host in a fleet is made of beside the fleet.</summary>
/// <param name="Box">Seals what signs certificates.</param>
/// <param name="Beat">What this host says of itself now, with until when its certificate is good.</param>
/// <param name="Reach">Takes whom the proxy passes requests on to.</param>
sealed record FleetParts(
    Paths Paths, IOwnership Ownership, ProcessExits Exits, EventLog Events, SecretBox Box, TimeProvider Time, Func<DateTimeOffset, HostBeat> Beat, Action<FleetReach> Reach);

/// <summary>What the proxy is to know of the fleet.</summary>
/// <param name="Hop">How the hosts' proxies know one another. Null: it is in no fleet.</param>
/// <param name="Listen">Where it takes requests from theirs.</param>
/// <param name="Others">The hosts that requests may go to. Null: not known yet, and those that were before hold.</param>
/// <param name="Drained">This host's workers are to get no more of them while another host can.</param>
sealed record FleetReach(HopRoute? Hop, string? Listen, IReadOnlyList<HostRoute>? Others, bool Drained)
{
    public static FleetReach Alone { get; } = new(null, null, [], Drained: false);
}
