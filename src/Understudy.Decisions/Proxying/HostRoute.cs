namespace Understudy.Decisions.Proxying;

/// <summary>Another host that serves an app too. One that is not listed any more gets no new requests; what is inside there ends.</summary>
/// <param name="Address">IP address and port at which its proxy takes requests from other hosts' proxies.</param>
public sealed record HostRoute(string Name, string Address);
