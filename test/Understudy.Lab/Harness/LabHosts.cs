using System.Text.Json;
using Understudy.Api;
using Understudy.Fleet;
using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>Hosts of `understudy lab` with an app, removed at the end.</summary>
sealed class LabHosts : IAsyncDisposable
{
    readonly LabFolder _folder = new();
    readonly StuntFolder _app = new("workers: 2");
    readonly string _appFolder;
    readonly string _binary;

    LabHosts(string? app, string? binary) => (_appFolder, _binary) = (app ?? _app.Folder, binary ?? Repository.Binary);

    /// <summary>What `lab` is told to make them in.</summary>
    public string State => _folder["fleet"];

    public static Task<LabHosts> Up(int count, params string[] options) => Of(null, null, count, options);

    /// <param name="app">The app's folder. Null: the stunt app, two workers of it.</param>
    /// <param name="binary">What is run, and run again by the hosts' supervisors. Null: the published one.</param>
    public static async Task<LabHosts> Of(string? app, string? binary, int count, params string[] options)
    {
        Prerequisite.Needs(Users.IsRoot && Cgroups.Mount is not null && File.Exists("/usr/bin/nsenter"), "only root makes network namespaces and cgroups (v2), with iproute2 and nsenter");
        var hosts = new LabHosts(app, binary);
        try
        {
            await hosts.Again(count, options);
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    public async Task Again(int count, params string[] options) => await Well(["up", $"{count}", "--app", _appFolder, .. options]);

    public Task Do(string fault, string host) => Well(fault, host);

    public LabHost Host(int number) => new LabPlace(State).Host(number);

    public LabHost HostOf(string name) => Host(int.Parse(name["web-".Length..], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A verb at a host's agent.</summary>
    public async Task<(int Code, string Output)> Run(int number, params string[] arguments)
    {
        using var run = new Started(_binary, [.. arguments, "--root", Host(number).Root]);
        return (await run.Exit(120.Seconds()), run.Output);
    }

    /// <summary>The fleet as one host's agent tells of it.</summary>
    public async Task<IReadOnlyList<FleetHostDocument>> Hosts(int number)
    {
        var (hosts, output) = await Seen(number);
        Assert.True(hosts is not null, output);
        return hosts;
    }

    /// <summary>Null where the agent does not answer, or knows of no fleet.</summary>
    async Task<(IReadOnlyList<FleetHostDocument>? Hosts, string Output)> Seen(int number)
    {
        var (code, output) = await Run(number, "hosts", "--json");
        return (code != 0 ? null : JsonSerializer.Deserialize(output.Split('\n').Last(line => line.StartsWith('[')), JsonDocuments.Readable.IReadOnlyListFleetHostDocument), output);
    }

    /// <summary>etcd's own tool, at a host's part of the store.</summary>
    public Task<string> Etcdctl(int number, params string[] arguments)
    {
        var paths = Host(number).Paths;
        return Started.Well(20.Seconds(), "etcdctl",
            ["--endpoints", $"https://{Host(number).Address}:{FleetFile.StorePort}", "--cacert", FleetPapers.AuthorityPath(paths), "--cert", FleetPapers.CertificatePath(paths), "--key", FleetPapers.CertificatePath(paths), .. arguments],
            env: new Dictionary<string, string> { ["ETCDCTL_API"] = "3" });
    }

    /// <summary>Waits until the agents of all these hosts tell of the fleet as it should be.</summary>
    public Task Tell(string what, IEnumerable<int> numbers, Func<IReadOnlyList<FleetHostDocument>, bool> reached) => Eventually.Until(what, 120.Seconds(), async () =>
    {
        foreach (var number in numbers)
        {
            if ((await Seen(number)).Hosts is not { } hosts || !reached(hosts))
                return false;
        }
        return true;
    });

    /// <summary>The pid of a host's agent. 0: it has none.</summary>
    public int Agent(int number) => LabProcesses.In(Host(number).Cgroup).FirstOrDefault(pid => (ProcFile.Text($"/proc/{pid}/cmdline") ?? "").Contains("\0agent\0", StringComparison.Ordinal));

    /// <summary>Kills a host's agent, and waits until the next one answers.</summary>
    public async Task KillAgent(int number)
    {
        var agent = Agent(number);
        Kernel.Kill(agent);
        await Eventually.Until("another agent runs", 10.Seconds(), () => Agent(number) is not 0 and var next && next != agent);
        await Eventually.Until("it answers", 30.Seconds(), async () => (await Status())[number - 1].State == "serving");
    }

    /// <summary>Those that keep a part of the store.</summary>
    public async Task<IReadOnlyList<string>> Keepers(int number) => [.. (await Hosts(number)).Where(host => host.Role is "leader" or "keeper" or "witness").Select(host => host.Host)];

    public Task Keep(string asked, TimeSpan within, IReadOnlyList<string> keepers) => Eventually.Until($"the store is kept by {string.Join(", ", keepers)}", within, async () =>
        (await Keepers(int.Parse(asked["web-".Length..], System.Globalization.CultureInfo.InvariantCulture))).SequenceEqual(keepers));

    public async Task<string> Token(int number)
    {
        var (code, output) = await Run(number, "fleet", "token", "--json");
        Assert.True(code == 0, output);
        return JsonSerializer.Deserialize(output.Split('\n').Last(line => line.StartsWith('{')), JsonDocuments.Readable.JoinTokenDocument)!.Token;
    }

    /// <summary>Some requests to one host's proxy.</summary>
    public async Task<LabFigures> Load(int number, int rate) =>
        JsonSerializer.Deserialize((await Well("load", "--rate", $"{rate}", "--seconds", "1", "--host", Host(number).Name, "--json", "/tag")).Split('\n').Last(line => line.StartsWith('{')), JsonLab.Default.LabFigures)!;

    public async Task<IReadOnlyList<LabHostDocument>> Status() =>
        JsonSerializer.Deserialize((await Well("status", "--json")).Split('\n').Last(line => line.StartsWith('[')), JsonLab.Default.IReadOnlyListLabHostDocument)!;

    /// <summary>Waits until a host's proxy sees exactly these others.</summary>
    public Task Sees(string host, params string[] others) => Eventually.Until($"{host} sees {string.Join(" and ", others)}", 60.Seconds(), async () =>
        (await Status()).Single(one => one.Host == host).SeesUp.Order(StringComparer.Ordinal).SequenceEqual(others));

    /// <summary>Waits until this many requests were answered since the proxies started, so that what comes is under load.</summary>
    public Task Answered(string host, long requests) => Eventually.Until($"{host} has answered {requests} requests", 60.Seconds(), async () =>
        (await Status()).Single(one => one.Host == host).Requests >= requests);

    /// <summary>Loads a host's proxy until the work is done; a failed request fails the test.</summary>
    public async Task<LabFigures> UnderLoad(int rate, Func<Task> work, string host = "web-1")
    {
        using var load = Start("load", "--rate", $"{rate}", "--seconds", "600", "--host", host, "--json", "/tag");
        try
        {
            await work();
            Assert.False(load.Ended, load.Output);
        }
        finally
        {
            Kernel.Terminate(load.Process.Id);
        }
        await load.Exit(40.Seconds());
        var figures = JsonSerializer.Deserialize(load.Output.Split('\n').Last(line => line.StartsWith('{')), JsonLab.Default.LabFigures)!;
        Assert.True(figures.Failed == 0, load.Output);
        return figures;
    }

    /// <summary>Simulated hosts that join the store at once, see some changes and go again.</summary>
    public Task<string> Crowd(int hosts, int changes) => Well("crowd", $"{hosts}", "--seconds", "1", "--changes", $"{changes}");

    public Task Down() => Well("down");

    public async ValueTask DisposeAsync()
    {
        await Down();
        _app.Dispose();
        _folder.Dispose();
    }

    async Task<string> Well(params string[] arguments) => await Started.Well(150.Seconds(), _binary, ["lab", .. arguments, "--state", State]);

    Started Start(params string[] arguments) => new(_binary, ["lab", .. arguments, "--state", State]);
}
