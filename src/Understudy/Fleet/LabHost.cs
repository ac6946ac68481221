using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>One host of a lab: a network namespace, a root of its own, and two cgroups with all its processes.</summary>
/// <param name="Net">The name of its network namespace, and of the bridge's end of its link.</param>
/// <param name="Cgroup">Where its supervisor and its agent are.</param>
sealed record LabHost(string Name, string Address, string Net, string Root, string Cgroup)
{
    public string Url => $"http://{Address}";

    public Paths Paths => new(Root);

    /// <summary>Both groups: the supervisor's with the agent, and that of the proxy and the workers.</summary>
    public IReadOnlyList<string> Groups => Ownership.For(Paths) is CgroupOwnership { Folder: var workers } ? [Cgroup, Path.GetDirectoryName(workers)!] : [Cgroup];

    /// <summary>What was done to it, by <see cref="LabFault"/>.</summary>
    public IReadOnlyList<string> Faults
    {
        get => File.Exists(FaultsFile) ? File.ReadAllLines(FaultsFile) : [];
        set => File.WriteAllLines(FaultsFile, value);
    }

    /// <summary>What its supervisor and its agent say.</summary>
    public string Log => Path.Combine(Root, "log", "supervisor.log");

    string FaultsFile => Path.Combine(Root, "faults");
}
