namespace Understudy.Lab.Harness;

/// <summary>Network namespaces on a bridge, each to be cut off alone. Only the host's side of the bridge is in the host's own network.</summary>
sealed class EtcdNetwork : IAsyncDisposable
{
    static int _made;

    readonly string _tag = $"ut{Environment.ProcessId % 100_000}{(char)('a' + _made++ % 26)}";
    readonly string _net = $"10.{200 + Environment.ProcessId % 50}.{Environment.ProcessId / 50 % 250}";
    readonly int _count;

    EtcdNetwork(int count) => _count = count;

    public static async Task<EtcdNetwork> Make(int count)
    {
        Prerequisite.Needs(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft") && File.Exists("/usr/sbin/ip"), "iproute2 or nftables is not installed, or this is not root");
        var network = new EtcdNetwork(count);
        try
        {
            await Ip($"link add {network._tag} type bridge", $"addr add {network._net}.254/24 dev {network._tag}", $"link set {network._tag} up");
            for (var i = 0; i < count; i++)
            {
                var space = network.Space(i);
                await Ip($"netns add {space}", $"link add {space} type veth peer name eth0 netns {space}", $"link set {space} master {network._tag} up",
                    $"-n {space} addr add {network.Address(i)}/24 dev eth0", $"-n {space} link set lo up", $"-n {space} link set eth0 up");
            }
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public string Address(int index) => $"{_net}.{index + 1}";

    public IReadOnlyList<string> Enter(int index) => ["ip", "netns", "exec", Space(index)];

    /// <param name="from">Only what comes from here and goes there; null: all of it.</param>
    public async Task Cut(string address, IReadOnlyList<string>? from)
    {
        var which = from is null ? "" : $"ip SIDE {{ {string.Join(", ", from)} }} ";
        await Nft(address, "add table ip cut",
            "add chain ip cut in { type filter hook input priority 0; }", "add chain ip cut out { type filter hook output priority 0; }",
            $"add rule ip cut in {which.Replace("SIDE", "saddr", StringComparison.Ordinal)}drop", $"add rule ip cut out {which.Replace("SIDE", "daddr", StringComparison.Ordinal)}drop");
    }

    public Task Heal(string address) => Nft(address, "delete table ip cut");

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _count; i++)
            await Quietly($"netns del {Space(i)}");
        await Quietly($"link del {_tag}");
    }

    string Space(int index) => $"{_tag}{index}";

    Task<string> Nft(string address, params string[] rules)
    {
        var index = int.Parse(address.Split('.')[^1], System.Globalization.CultureInfo.InvariantCulture) - 1;
        return Started.Well(10.Seconds(), "ip", ["netns", "exec", Space(index), "nft", string.Join("; ", rules)]);
    }

    static async Task Ip(params string[] commands)
    {
        foreach (var command in commands)
            await Started.Well(10.Seconds(), "ip", command.Split(' '));
    }

    static async Task Quietly(string command)
    {
        using var started = new Started("ip", command.Split(' '));
        await started.Exit(10.Seconds());
    }
}
