using Understudy.Decisions.Sampling;

namespace Understudy.Decisions.Workers;

/// <summary>Which listening sockets answer a worker's port on loopback.</summary>
public static class LoopbackListeners
{
    /// <summary>Those that a connection to 127.0.0.1:`port` may reach: the kernel prefers the most specific address, and those that share it share the connections.</summary>
    public static IReadOnlyList<TcpSight> Of(IEnumerable<TcpSight> listeners, int port) =>
        listeners.Where(one => one.Listening && one.Local.Port == port && Specific(one.Local) > 0)
            .GroupBy(one => Specific(one.Local)).MaxBy(group => group.Key)?.ToList() ?? [];

    /// <summary>0: does not answer there. An IPv6 socket on every address may take IPv4 too, and comes last.</summary>
    static int Specific(TcpEnd local) => local switch
    {
        { IsV4: true, IsLoopback: true } => local == TcpEnd.V4(0x7f00_0001, local.Port) ? 3 : 0,
        { IsV4: true, IsAny: true } => 2,
        { IsAny: true } => 1,
        _ => 0,
    };
}
