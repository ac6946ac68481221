using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>All of one host's processes together, by its cgroups.</summary>
static class LabProcesses
{
    const string Starver = "-starver";

    static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(10);

    /// <summary>A supervisor inside the host's network, which keeps its agent running.</summary>
    public static void Start(LabHost host) => Spawn("supervise", host, host.Cgroup, LabNetwork.InNet(host));

    /// <summary>Stops and lets go the host's processes in turns, for as long as it runs.</summary>
    public static void Starve(LabHost host) => Spawn("starve-turns", host, host.Cgroup + Starver, null);

    /// <summary>Does its supervisor, or anything else of it, live?</summary>
    public static bool Lives(LabHost host) => Populated(host.Cgroup);

    public static void Freeze(LabHost host, bool frozen)
    {
        foreach (var group in host.Groups)
        {
            if (Directory.Exists(group))
                File.WriteAllText(Path.Combine(group, "cgroup.freeze"), frozen ? "1" : "0");
        }
    }

    /// <summary>Returns when every process is gone.</summary>
    public static async Task Kill(LabHost host)
    {
        await KillGroup(host.Cgroup + Starver);
        foreach (var group in host.Groups)
            await KillGroup(group);
        // A frozen group stays frozen when it is empty, and so would what is started in it.
        Freeze(host, false);
    }

    public static async Task EndStarving(LabHost host)
    {
        await KillGroup(host.Cgroup + Starver);
        Freeze(host, false);
    }

    /// <summary>Kills what is left, and removes the groups.</summary>
    public static async Task Remove(LabHost host)
    {
        await Kill(host);
        Cgroups.Remove(host.Cgroup + Starver);
        Cgroups.Remove(host.Cgroup);
        var ownership = Ownership.For(host.Paths);
        foreach (var id in ownership.Found())
            ownership.Release(id);
        ownership.End();
    }

    static void Spawn(string verb, LabHost host, string group, string? inNet)
    {
        Directory.CreateDirectory(group);
        Directory.CreateDirectory(Path.GetDirectoryName(host.Log)!);
        string[] itself = [Environment.ProcessPath ?? "/proc/self/exe", "lab", verb, host.Name, "--state", Path.GetDirectoryName(host.Root)!];
        Linux.Spawn.Start(new ExecSpec
        {
            Command = inNet is null ? itself : ["/usr/bin/nsenter", inNet, "--", .. itself],
            Folder = "/",
            Env = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
            Cgroup = group,
            Log = host.Log,
        });
    }

    /// <summary>The processes of a group; none where it is not there.</summary>
    public static IEnumerable<int> In(string group) => (ProcFile.Text(Path.Combine(group, "cgroup.procs")) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);

    public static async Task KillGroup(string group)
    {
        if (!Directory.Exists(group))
            return;
        var deadline = BootClock.Now + GoneWithin;
        do
        {
            File.WriteAllText(Path.Combine(group, "cgroup.kill"), "1");
            await Task.Delay(20);
        }
        while (Populated(group) && BootClock.Now < deadline);
        if (Populated(group))
            throw new OperationRefused($"processes in {group} do not end though they were killed; they may wait for a disk. See {group}/cgroup.procs.");
    }

    static bool Populated(string group) => (ProcFile.Text(Path.Combine(group, "cgroup.events")) ?? "").Contains("populated 1", StringComparison.Ordinal);
}
