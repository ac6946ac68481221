using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>Names and places of everything that a lab makes. All follow from its folder, so that what a crashed one left is found and removed.</summary>
sealed class LabPlace
{
    /// <summary>More would need more than a machine has.</summary>
    public const int MostHosts = 20;

    const string HostPrefix = "web-";

    readonly byte[] _hash;

    public LabPlace(string folder)
    {
        Folder = Path.GetFullPath(folder);
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(Folder));
    }

    public string Folder { get; }

    /// <summary>Also what the names of its network namespaces and links begin with. An interface's name has 15 characters at most.</summary>
    public string Bridge => "ul" + Convert.ToHexStringLower(_hash.AsSpan(0, 3));

    /// <summary>The machine's own address among the hosts.</summary>
    public string Gateway => Address(254);

    /// <summary>Group of the hosts' supervisors and agents. Null: this machine has no cgroup v2.</summary>
    public string? Cgroup => Cgroups.Mount is { } mount ? Path.Combine(mount, "understudy-lab-" + Bridge[2..]) : null;

    public string Lock => Path.Combine(Folder, "lab.lock");

    /// <summary>The hosts that have a folder here.</summary>
    public IReadOnlyList<LabHost> Hosts()
    {
        var hosts = new List<LabHost>();
        for (var number = 1; number <= MostHosts && Directory.Exists(Path.Combine(Folder, HostPrefix + Text(number))); number++)
            hosts.Add(Host(number));
        return hosts;
    }

    public LabHost Host(int number) => new(
        HostPrefix + Text(number), Address(number), $"{Bridge}-{Text(number)}", Path.Combine(Folder, HostPrefix + Text(number)),
        Path.Combine(Cgroup ?? "/", HostPrefix + Text(number)));

    string Address(int number) => string.Create(CultureInfo.InvariantCulture, $"10.231.{_hash[3]}.{number}");

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
