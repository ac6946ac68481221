using System.Text.Json;

namespace Understudy.Bench.Deploys;

/// <summary>A host with an agent, its proxy and its workers, under a root of its own. Apps run as `nobody`, as they would on a server.</summary>
sealed class DeployHost
{
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan VerbWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan DeployWithin = TimeSpan.FromMinutes(10);
    readonly BenchOptions _options;
    readonly Children _children;
    readonly Child _agent;

    /// <param name="more">More lines of agent.yaml.</param>
    public DeployHost(BenchOptions options, Children children, string more = "")
    {
        (_options, _children) = (options, children);
        Root = children.NewFolder();
        Port = Loopback.FreePort();
        Groups = new HostGroups(Root);
        children.AtEnd(Groups.End);
        var user = Environment.IsPrivilegedProcess ? "user: nobody\n" : "";
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "etc")).FullName, "agent.yaml"), $"listen: [\"http://127.0.0.1:{Port}\"]\n{user}{more}");
        _agent = children.Start([options.Binary, "agent", "--root", Root]);
        WaitForAgent();
    }

    public int Port { get; }

    public string Root { get; }

    public HostGroups Groups { get; }

    /// <summary>Where an app's releases are, each in a folder of its own.</summary>
    public string Releases(string app) => Path.Combine(Root, "lib", "apps", app, "releases");

    public string CurrentRelease(string app) => Path.GetFileName(new FileInfo(Path.Combine(Root, "lib", "apps", app, "current")).ResolveLinkTarget(returnFinalTarget: false)!.FullName);

    /// <summary>Gives the command, waits for its end, and tells where the time went.</summary>
    public DeployTimes Deploy(string folder)
    {
        var began = TimeProvider.System.GetUtcNow();
        var said = _children.Run([_options.Binary, "deploy", folder, "--root", Root, "--json"], DeployWithin);
        return DeployTimes.Of(began, Lines(said, DeployJson.Default.DeployStep), Events());
    }

    public IReadOnlyList<HostEvent> Events() => Lines(Verb("events", "--json", "-n", "1000"), DeployJson.Default.HostEvent);

    public IReadOnlyList<ListedWorker> Workers() => JsonSerializer.Deserialize(Verb("ps", "--json"), DeployJson.Default.ListedWorkerArray)!;

    /// <summary>The agent alone would leave its proxy and its workers serving.</summary>
    public void Stop()
    {
        _agent.Stop();
        Groups.End();
    }

    /// <summary>A verb of this host's, and what it says.</summary>
    public string Verb(params string[] arguments) => _children.Run([_options.Binary, .. arguments, "--root", Root], VerbWithin);

    static T[] Lines<T>(string said, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        [.. said.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize(line, type)!)];

    void WaitForAgent()
    {
        for (var waited = TimeSpan.Zero; !_agent.Said().Contains("serves", StringComparison.Ordinal); waited += TimeSpan.FromMilliseconds(50))
        {
            if (_agent.Ended || waited > ServesWithin)
                throw new BenchFailure($"{(_agent.Ended ? "ended" : "does not serve")}: {_agent.Command}\n{_agent.Said()}");
            _children.Pause(TimeSpan.FromMilliseconds(50));
        }
    }
}
