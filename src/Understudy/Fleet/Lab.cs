using Understudy.Api;
using Understudy.Decisions.Fleet;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>Hosts on one machine, to see what a fleet does when they fail. Needs root.</summary>
sealed class Lab(LabPlace place, Action<string> say)
{
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(120);
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(4);
    static readonly TimeSpan JoinsWithin = TimeSpan.FromSeconds(90);

    /// <summary>Of a host's tenth of the time when it is starved.</summary>
    static readonly TimeSpan StarvedRuns = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan StarvedStands = TimeSpan.FromMilliseconds(180);

    readonly LabNetwork _network = new(place);
    readonly LabServices _services = new(place);

    /// <summary>Returns when every host serves and sees the others.</summary>
    /// <param name="app">Each host gets a copy of its folder.</param>
    /// <param name="services">What is to run outside the hosts, by <see cref="LabServices"/>.</param>
    /// <param name="witness">One host more, which keeps a part of the store and serves no app.</param>
    /// <exception cref="OperationRefused">It cannot be, or a host does not come to serve; nothing is left then.</exception>
    public async Task Up(int count, HostedApp app, bool witness, IReadOnlyCollection<string> services)
    {
        if (place.Hosts() is var there && there.Any(LabProcesses.Lives))
            throw new OperationRefused($"a lab of {there.Count} hosts runs already in {place.Folder}. Use it (`understudy lab status`), or `understudy lab down` first");
        if (place.Cgroup is null)
            throw new OperationRefused("this machine has no cgroup v2 mounted, and a lab's hosts are frozen and killed by their cgroups. Mount it: mount -t cgroup2 none /sys/fs/cgroup/unified");
        if (EtcdKeeper.Binary() is null)
            throw new OperationRefused("this machine has no etcd, which keeps what the hosts share: apt install etcd-server");
        await Clean();
        try
        {
            Files.MakePassage(place.Folder);
            var hosts = Enumerable.Range(1, witness ? count + 1 : count).Select(place.Host).ToList();
            _network.Make(hosts);
            var env = await _services.Start(services);
            foreach (var host in hosts)
                Furnish(host, witness && host == hosts[^1] ? null : app, env);
            foreach (var host in hosts)
                LabProcesses.Start(host);
            say($"started {hosts.Count} hosts");
            await Join(hosts, witness ? hosts[^1] : null);
            say("waiting for their workers, and for the store to be kept by all that are to");
            foreach (var host in hosts.Take(count))
                await Serves(host, count - 1);
            await Keep(hosts);
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
        await _services.Remove();
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
            case LabFault.CutEtcd:
                LabNetwork.CutStore(host);
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
            return Client(host, AnswerWithin).Status();
        }
        catch (Exception silent) when (silent is AgentAbsent or AgentRefused or IOException)
        {
            return null;
        }
    }

    public static string Name(LabFault fault) => fault switch { LabFault.OneWay => "one-way", LabFault.CutEtcd => "cut-etcd", _ => fault.ToString().ToLowerInvariant() };

    static void Furnish(LabHost host, HostedApp? app, IReadOnlyDictionary<string, string> env)
    {
        Files.MakePassage(host.Root);
        Directory.CreateDirectory(host.Paths.Etc);
        if (app is null)
        {
            File.WriteAllText(host.Paths.AgentConfig, $"host: {host.Name}\n");
            return;
        }
        // By its own name, which is the app's where its configuration has none.
        var copy = Path.Combine(host.Root, "app", Path.GetFileName(app.Folder));
        Files.MakePassage(Path.GetDirectoryName(copy)!);
        LabNetwork.Run("cp", false, "-a", "--reflink=auto", app.Folder, copy);
        // The state of an `understudy up` there is none of this host's.
        Files.RemoveTree(Path.Combine(copy, ".understudy"));
        File.WriteAllText(host.Paths.AgentConfig, $$"""
            host: {{host.Name}}
            listen: ["http://0.0.0.0:80"]
            apps:
              - {path: {{copy}}, user: {{Users.OwnerOf(app.Folder)?.Name ?? "root"}}}

            """);
        Directory.CreateDirectory(host.Paths.Lib);
        using var database = new Database(host.Paths.State);
        new AppSecrets(database, new SecretBox(host.Paths.SecretKey), TimeProvider.System).Set(app.Config.App, env, "lab");
    }

    /// <summary>As an operator does it: a fleet begun on the first host, and joined by the others.</summary>
    async Task Join(IReadOnlyList<LabHost> hosts, LabHost? witness)
    {
        foreach (var host in hosts)
            await Answers(host);
        var (first, others) = (hosts[0], hosts.Skip(1));
        var token = Client(first, JoinsWithin).Post(FleetRoutes.InitPath, new FleetInitRequest(first.Address, "lab"), JsonDocuments.Readable.FleetInitRequest, JsonDocuments.Readable.JoinTokenDocument);
        foreach (var host in others)
        {
            Client(host, JoinsWithin).Post(FleetRoutes.JoinPath, new FleetJoinRequest(token.Token, host.Address, Witness: host == witness, "lab"), JsonDocuments.Readable.FleetJoinRequest, JsonDocuments.Readable.DoneDocument);
            say($"{host.Name} has joined the fleet");
            token = Client(first, JoinsWithin).Post(FleetRoutes.TokensPath, new JoinTokenRequest(600, "lab"), JsonDocuments.Readable.JoinTokenRequest, JsonDocuments.Readable.JoinTokenDocument);
        }
    }

    /// <summary>Waits until every host has its part of the store that it is to have.</summary>
    static async Task Keep(IReadOnlyList<LabHost> hosts)
    {
        var wanted = MembershipDecision.Wanted(hosts.Count);
        var deadline = BootClock.Now + ServesWithin;
        while (hosts.Min(Keepers) is var keepers && keepers != wanted)
        {
            if (BootClock.Now > deadline)
                throw new OperationRefused($"{keepers} of {wanted} hosts keep the fleet's store after {ServesWithin.TotalSeconds:0} s. See `understudy events --fleet --root {hosts[0].Root}`");
            await Task.Delay(200);
        }

        // Each host learns of it by itself, and knows who leads.
        static int Keepers(LabHost host) => Hosts(host) is { } seen && seen.Any(one => one.Role == "leader") ? seen.Count(one => one.Role is "leader" or "keeper" or "witness") : 0;
    }

    /// <summary>The fleet as one host sees it. Null: its agent does not answer, or knows of none.</summary>
    public static IReadOnlyList<FleetHostDocument>? Hosts(LabHost host)
    {
        try
        {
            return Client(host, AnswerWithin).Get(FleetRoutes.HostsPath, JsonDocuments.Readable.IReadOnlyListFleetHostDocument);
        }
        catch (Exception silent) when (silent is AgentAbsent or AgentRefused or IOException)
        {
            return null;
        }
    }

    static ApiClient Client(LabHost host, TimeSpan within) => new(new LocalAgent(host.Paths.AgentSocket, why => why ?? ""), within);

    static async Task Answers(LabHost host)
    {
        var deadline = BootClock.Now + ServesWithin;
        while (Status(host) is null)
        {
            if (BootClock.Now > deadline)
                throw new OperationRefused($"the agent of {host.Name} does not answer after {ServesWithin.TotalSeconds:0} s.\n{Said(host)}\nDoes `understudy up` serve the app?");
            await Task.Delay(100);
        }
    }

    static string Said(LabHost host) => File.Exists(host.Log) ? string.Join('\n', File.ReadLines(host.Log).TakeLast(8)) : "";

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
        var last = Status(host)?.Apps.SelectMany(one => one.Pools).Select(pool => pool.LastSentence).FirstOrDefault();
        throw new OperationRefused($"{host.Name} does not serve after {ServesWithin.TotalSeconds:0} s: {last ?? "its agent does not answer"}.\n{Said(host)}\nDoes `understudy up` serve the app?");
    }
}
