using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>A bridge, and a link from it into each host's network namespace, by iproute2.</summary>
sealed class LabNetwork(LabPlace place)
{
    static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <exception cref="OperationRefused">The kernel or a tool refuses.</exception>
    public void Make(IReadOnlyList<LabHost> hosts)
    {
        Ip("link", "add", place.Bridge, "type", "bridge");
        Ip("address", "add", place.Gateway + "/24", "dev", place.Bridge);
        Ip("link", "set", place.Bridge, "up");
        foreach (var host in hosts)
        {
            Ip("netns", "add", host.Net);
            Ip("link", "add", host.Net, "type", "veth", "peer", "name", "eth0", "netns", host.Net);
            Ip("link", "set", host.Net, "master", place.Bridge, "up");
            In(host, "address", "add", host.Address + "/24", "dev", "eth0");
            In(host, "link", "set", "lo", "up");
            In(host, "link", "set", "eth0", "up");
            In(host, "route", "add", "default", "via", place.Gateway);
        }
    }

    /// <summary>Whatever of it is there, by the names alone.</summary>
    public void Remove()
    {
        for (var number = 1; number <= LabPlace.MostHosts; number++)
        {
            var net = place.Host(number).Net;
            if (File.Exists("/run/netns/" + net))
                Ip("netns", "delete", net);
            // It goes with its namespace, but only once the last process in there is gone.
            if (Directory.Exists("/sys/class/net/" + net))
                Run("ip", true, "link", "delete", net);
        }
        if (Directory.Exists("/sys/class/net/" + place.Bridge))
            Ip("link", "delete", place.Bridge);
    }

    public static void Cut(LabHost host) => Ip("link", "set", host.Net, "down");

    public static void Join(LabHost host) => Ip("link", "set", host.Net, "up");

    public static void Deafen(LabHost host) =>
        Run("nsenter", false, InNet(host), "nft", "add table inet lab; add chain inet lab deaf { type filter hook input priority 0; policy accept; }; add rule inet lab deaf iifname eth0 drop");

    public static void CutStore(LabHost host) =>
        Run("nsenter", false, InNet(host), "nft", "add table inet lab; " + string.Join("; ", new[] { ("in", "input", "iifname"), ("out", "output", "oifname") }.Select(way =>
            $"add chain inet lab store{way.Item1} {{ type filter hook {way.Item2} priority 0; policy accept; }}; add rule inet lab store{way.Item1} {way.Item3} eth0 tcp dport {{ {FleetFile.StorePort}, {FleetFile.StorePeerPort} }} drop; add rule inet lab store{way.Item1} {way.Item3} eth0 tcp sport {{ {FleetFile.StorePort}, {FleetFile.StorePeerPort} }} drop")));

    public static void Hear(LabHost host) => Run("nsenter", true, InNet(host), "nft", "delete table inet lab");

    /// <summary>An argument to nsenter. Not `ip netns exec`, which would hide the cgroups behind a /sys of its own.</summary>
    public static string InNet(LabHost host) => "--net=/run/netns/" + host.Net;

    static void Ip(params string[] arguments) => Run("ip", false, arguments);

    static void In(LabHost host, params string[] arguments) => Run("ip", false, ["-netns", host.Net, .. arguments]);

    internal static void Run(string program, bool mayFail, params string[] arguments)
    {
        try
        {
            var end = new Tool(program, arguments) { Folder = "/", Within = Within }.Run(output => output.CopyTo(Stream.Null), CancellationToken.None);
            if (!end.Good && !mayFail)
                throw new OperationRefused($"`{program} {string.Join(' ', arguments)}` failed: {(end.TimedOut ? "it did not end" : end.Errors.Trim())}. `understudy lab down` removes what is there.");
        }
        catch (ToolMissing missing)
        {
            throw new OperationRefused($"{missing.Message}. Install it: apt-get install iproute2 util-linux nftables");
        }
    }
}
