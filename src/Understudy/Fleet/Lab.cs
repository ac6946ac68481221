using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>Hosts on one machine, to see what a fleet does when they fail. Needs root.</summary>
sealed class Lab(LabPlace place, Action<string> say)
{
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(120);
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>Of a host's tenth of the time when it is starved.</summary>
    static readonly TimeSpan StarvedRuns = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan StarvedStands = TimeSpan.FromMilliseconds(180);

    readonly LabNetwork _network = new(place);

    /// <summary>Returns when every host serves and sees the others.</summary>
    /// <param name="app">The app's folder; each host gets a copy.</param>
    /// <exception cref="OperationRefused">It cannot be, or a host does not come to serve; nothing is left then.</exception>
    public async Task Up(int count, string app, DateTimeOffset now)
    {
        if (place.Hosts() is var there && there.Any(LabProcesses.Lives))
            throw new OperationRefused($"a lab of {there.Count} hosts runs already in {place.Folder}. Use it (`understudy lab status`), or `understudy lab down` first");
        if (place.Cgroup is null)
            throw new OperationRefused("this machine has no cgroup v2 mounted, and a lab's hosts are frozen and killed by their cgroups. Mount it: mount -t cgroup2 none /sys/fs/cgroup/unified");
        await Clean();
        try
        {
            Files.MakePassage(place.Folder);
            var hosts = Enumerable.Range(1, count).Select(place.Host).ToList();
            _network.Make(hosts);
            using var authority = new LabAuthority(now);
            foreach (var host in hosts)
                Furnish(host, hosts, app, authority);
            foreach (var host in hosts)
                LabProcesses.Start(host);
            say($"started {count} hosts; waiting for their workers");
            foreach (var host in hosts)
                await Serves(host, count - 1);
        }
        catch
        {
            await Clean();
            throw;
        }
    }

    /// <summary>Everything goes: processes, cgroups, namespaces, links, files. Fine where nothing is.</summary>
    public async Task Clean()
    {
        for (var number = 1; number <= LabPlace.MostHosts; number++)
        {
            if (place.Host(number) is var host && (Directory.Exists(host.Root) || Directory.Exists(host.Cgroup)))
                await LabProcesses.Remove(host);
        }
        if (place.Cgroup is { } group)
            Cgroups.Remove(group);
        _network.Remove();
        foreach (var host in place.Hosts())
            Files.RemoveTree(host.Root);
    }

    public async Task Do(LabHost host, LabFault fault)
    {
        if (!host.Faults.Contains(Name(fault)))
            host.Faults = [.. host.Faults, Name(fault)];
        switch (fault)
        {
            case LabFault.Freeze:
                LabProcesses.Freeze(host, true);
                break;
            case LabFault.Kill:
                LabNetwork.Cut(host);
                await LabProcesses.Kill(host);
                break;
            case LabFault.Cut:
                LabNetwork.Cut(host);
                break;
            case LabFault.OneWay:
                LabNetwork.Deafen(host);
                break;
            case LabFault.Starve:
                LabProcesses.Starve(host);
                break;
        }
    }

    /// <summary>Undoes whatever was done to it. A killed one starts as after a power cut.</summary>
    public static async Task Heal(LabHost host)
    {
        await LabProcesses.EndStarving(host);
        LabNetwork.Hear(host);
        LabNetwork.Join(host);
        if (!LabProcesses.Lives(host))
            LabProcesses.Start(host);
        host.Faults = [];
    }

    /// <summary>Until it is killed.</summary>
    public static async Task Starve(LabHost host)
    {
        while (true)
        {
            LabProcesses.Freeze(host, true);
            await Task.Delay(StarvedStands);
            LabProcesses.Freeze(host, false);
            await Task.Delay(StarvedRuns);
        }
    }

    /// <summary>Null: its agent does not answer.</summary>
    public static HostDocument? Status(LabHost host)
    {
        try
        {
            return new ApiClient(new LocalAgent(host.Paths.AgentSocket, why => why ?? ""), AnswerWithin).Status();
        }
        catch (Exception silent) when (silent is AgentAbsent or AgentRefused or IOException)
        {
            return null;
        }
    }

    public static string Name(LabFault fault) => fault == LabFault.OneWay ? "one-way" : fault.ToString().ToLowerInvariant();

    static void Furnish(LabHost host, IReadOnlyList<LabHost> hosts, string app, LabAuthority authority)
    {
        Files.MakePassage(host.Root);
        var etc = host.Paths.Etc;
        Directory.CreateDirectory(etc);
        authority.Give(host.Name, etc);
        var copy = Path.Combine(host.Root, "app");
        LabNetwork.Run("cp", false, "-a", "--reflink=auto", app, copy);
        // The state of an `understudy up` there is none of this host's.
        Files.RemoveTree(Path.Combine(copy, ".understudy"));
        var others = hosts.Where(other => other != host).Select(other => $"{other.Name}: \"{other.Address}:{LabHost.HopPort}\"");
        File.WriteAllText(host.Paths.AgentConfig, $$"""
            host: {{host.Name}}
            listen: ["http://0.0.0.0:80"]
            peers:
              listen: "{{host.Address}}:{{LabHost.HopPort}}"
              certificate: {{etc}}/host.pem
              key: {{etc}}/host.key
              authority: {{etc}}/hosts-ca.pem
              hosts: {{{string.Join(", ", others)}}}
            apps:
              - {path: {{copy}}, user: {{Users.OwnerOf(app)?.Name ?? "root"}}}

            """);
    }

    static async Task Serves(LabHost host, int others)
    {
        var deadline = BootClock.Now + ServesWithin;
        while (BootClock.Now < deadline)
        {
            if (Status(host) is { } status && status.Apps.Count > 0 && status.Apps.All(one => one.Pools.All(pool =>
                pool.State == "steady" && (!pool.TakesRequests || pool.Hosts.Count(other => other.State == "up") == others))))
                return;
            await Task.Delay(100);
        }
        var said = File.Exists(host.Log) ? string.Join('\n', File.ReadLines(host.Log).TakeLast(8)) : "";
        var last = Status(host)?.Apps.SelectMany(one => one.Pools).Select(pool => pool.LastSentence).FirstOrDefault();
        throw new OperationRefused($"{host.Name} does not serve after {ServesWithin.TotalSeconds:0} s: {last ?? "its agent does not answer"}.\n{said}\nDoes `understudy up` serve the app?");
    }
}
