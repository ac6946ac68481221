using Understudy.Decisions.Proxying;

namespace Understudy.Decisions.Config;

/// <summary>The other hosts that serve the same apps, and how their proxies and this host's know one another.</summary>
/// <param name="Listen">Address and port at which this host's proxy takes requests from theirs.</param>
/// <param name="Hop">The certificates.</param>
/// <param name="Hosts">The others.</param>
public sealed record PeersConfig(string Listen, HopRoute Hop, IReadOnlyList<HostRoute> Hosts);
