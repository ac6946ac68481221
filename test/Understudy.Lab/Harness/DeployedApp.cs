using Understudy.Api;
using Understudy.Linux;
using Understudy.Releases;

namespace Understudy.Lab.Harness;

/// <summary>The stunt app, deployed again and again, each time as another release. A release answers with its tag.</summary>
/// <param name="web">Keys of the process type in each release.</param>
/// <param name="more">Keys of the app in each release; with a `deploy:` among them, that is all of it.</param>
sealed class DeployedApp(Host host, string web = "workers: 2", string more = "") : IDisposable
{
    readonly LabFolder _checkout = new();

    public Host Host => host;

    /// <summary>Where the agent keeps it.</summary>
    public string Home => Path.Combine(host.Root, "lib", "apps", "stunt");

    public string FolderOf(string release) => Path.Combine(Home, "releases", release);

    /// <summary>A host that runs no app yet, and whose deployed apps run as nobody.</summary>
    public static Task<Host> NewHost() => Host.Serve([], "user: nobody\n", until: _ => true);

    /// <summary>Makes the checkout another release.</summary>
    /// <param name="env">More lines of `env:`, each after the first indented by two.</param>
    /// <param name="otherWeb">Instead of the usual keys of the process type.</param>
    /// <param name="also">More keys of the app.</param>
    public DeployedApp Write(string tag, string env = "", string? otherWeb = null, string also = "")
    {
        var deploy = (more + also).Contains("deploy:", StringComparison.Ordinal) ? "" : "deploy: {watch: 1s}\n";
        File.WriteAllText(_checkout["understudy.yaml"], StuntFolder.Yaml(otherWeb ?? web, $"STUNT_TAG: {tag}\n  {env}", "stunt", $"{deploy}{more}\n{also}"));
        return this;
    }

    /// <summary>Another file of the checkout.</summary>
    public void Put(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_checkout[path])!);
        File.WriteAllText(_checkout[path], content);
    }

    public void Remove(string path) => File.Delete(_checkout[path]);

    /// <summary>Commits the checkout as it is. Returns the commit.</summary>
    public async Task<string> Commit()
    {
        await Git("init", "-q");
        await Git("add", "-A");
        await Git("-c", "user.name=lab", "-c", "user.email=lab@example.com", "commit", "-qm", "as it is");
        return (await Git("rev-parse", "HEAD")).Trim();
    }

    public Deploying Begin(params string[] options) => new(host, ["deploy", _checkout.Path, .. options]);

    /// <summary>Deploys what the checkout is now.</summary>
    public async Task<Deployed> Deploy(params string[] options)
    {
        using var deploying = Begin(options);
        return await deploying.End();
    }

    /// <summary>Deploys it, which must go well. Returns the release's name.</summary>
    public async Task<string> Served(params string[] options)
    {
        var deployed = await Deploy(options);
        Assert.True(deployed is { Code: 0, Outcome: "done" }, $"{deployed.Output}\n{await host.Describe()}");
        return await Current();
    }

    public async Task<Deployed> Rollback(params string[] arguments)
    {
        using var rolling = new Deploying(host, ["rollback", .. arguments]);
        return await rolling.End();
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ReleaseDocument>> Releases() =>
        System.Text.Json.JsonSerializer.Deserialize((await host.Run("releases", "--json")).Output, JsonDocuments.Default.IReadOnlyListReleaseDocument)!;

    public async Task<string> Current() => (await Releases()).Single(release => release.State == "current").Release;

    /// <summary>All workers, whatever they do.</summary>
    public async Task<IReadOnlyList<WorkerDocument>> Workers() => [.. (await host.Status())!.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers)];

    /// <summary>One release serves and no other is left: in answers, workers, cgroups, processes, on disk and in the list.</summary>
    public async Task OnlyServes(string release, string tag)
    {
        var workers = await Workers();
        Assert.True(workers.Count > 0 && workers.All(worker => worker.Release == release && worker.State == "ready"), await host.Describe());
        using var client = new Client(host.Port);
        for (var turn = 0; turn < 20; turn++)
        {
            var answer = await client.Get("/pid");
            Assert.Equal((200, tag), (answer.Status, answer.Header("X-Tag")));
        }
        var ownership = Ownership.For(new Paths(host.Root));
        var ids = workers.Select(worker => $"{worker.App}.{worker.Worker}").Order().ToList();
        await Eventually.Until("no other cgroup is left", 10.Seconds(), () => ownership.Found().Where(id => id.StartsWith("stunt.", StringComparison.Ordinal)).Order().SequenceEqual(ids));
        var theirs = workers.SelectMany(host.ProcessesOf).ToHashSet();
        Assert.Empty(Kernel.Marked(host.Root).Except(theirs).Except([host.AgentPid, (await host.Status())!.Proxy!.Pid]));
        Assert.Equal(release, await Current());
        Assert.Equal(Path.Combine("releases", release), new FileInfo(Path.Combine(Home, "current")).LinkTarget);
        Assert.True(Directory.Exists(FolderOf(release)));
    }

    /// <summary>Nothing that was cut off or refused has left files behind.</summary>
    public async Task NothingHalfMade()
    {
        var releases = await Releases();
        Assert.DoesNotContain(releases, release => release.State is "building" or "rolling");
        var whole = releases.Where(release => release.State is not "failed").Select(release => release.Release).Order();
        Assert.Equal(whole, Directory.GetFileSystemEntries(Path.Combine(Home, "releases")).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFiles(Path.Combine(Home, "artifacts"), Artifact.Unfinished + "*"));
    }

    Task<string> Git(params string[] arguments) => Started.Well(30.Seconds(), "git", arguments, _checkout.Path);

    public void Dispose() => _checkout.Dispose();
}
