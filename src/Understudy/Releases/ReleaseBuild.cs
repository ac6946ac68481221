using Understudy.Linux;
using Understudy.State;

namespace Understudy.Releases;

/// <summary>What is done once per release before any of its workers starts: packages, build, artifact, release command.</summary>
sealed class ReleaseBuild(DeployParts parts, LedgerDeploy deploy, ReleaseSource source, DeployProgress progress, CancellationToken cancellation)
{
    readonly AppFolders _folders = parts.Store.Folders(deploy.App);
    readonly User? _user = parts.Store.User(deploy.App);

    string Folder => _folders.Of(deploy.Release);

    /// <summary>The checkout, as it was uploaded.</summary>
    public HostedApp Prepare()
    {
        var commit = parts.Ledger.Release(deploy.App, deploy.Release)?.Commit;
        source.Store.Materialise(source.Manifest, Folder, _user, tree =>
        {
            ReleaseConfiguration.Keep(tree, _folders.ConfigurationOf(deploy.Release));
            if (commit is not null)
                Revision(Path.Combine(tree, "REVISION"), commit);
        });
        return parts.Store.Hosted(deploy.App, deploy.Release, _user);
    }

    void Revision(string path, string commit)
    {
        Files.RemoveTree(path);
        File.WriteAllText(path, commit + "\n");
        if (_user is not null)
            Users.GiveItself(path, _user);
    }

    public async Task InstallPackages(HostedApp app)
    {
        var packages = new Packages(parts.Runner, deploy.App, _folders.Artifacts);
        var missing = await packages.Missing(app.Config.Packages, cancellation);
        if (missing.Count == 0)
            return;
        progress.Tell("note", DeployPhase.Packages, $"installing {string.Join(", ", missing)}");
        var failed = await packages.Install(missing, _folders.BuildLog(deploy.Release), app.Config.Deploy.BuildWithin, Line(DeployPhase.Packages), cancellation);
        cancellation.ThrowIfCancellationRequested();
        if (failed is not null)
            throw new DeployFailed(failed);
    }

    public async Task Build(HostedApp app)
    {
        var left = app.Config.Deploy.BuildWithin;
        foreach (var command in app.Config.Build)
        {
            progress.Tell("note", DeployPhase.Build, command);
            var result = await parts.Runner.Run(
                Order(app, "build", command) with
                {
                    Within = left,
                    WithinKey = "deploy.build_within",
                    MemoryBytes = app.Config.Deploy.BuildMemoryBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2,
                    MemoryKey = "deploy.build_memory",
                    Processes = 4096,
                    CpuWeightLow = true,
                    DiskFloor = true,
                },
                Line(DeployPhase.Build), cancellation);
            Expect(result, $"`{command}`", $"mend it and deploy again; all that it printed is in {_folders.BuildLog(deploy.Release)}");
            left = TimeSpan.FromTicks(Math.Max(TimeSpan.FromSeconds(1).Ticks, (left - result.Took).Ticks));
        }
    }

    /// <summary>Packs what was built, and forgets the folder: what serves is the artifact, unpacked.</summary>
    public async Task Pack()
    {
        var (hash, bytes) = await Artifact.Pack(Folder, _folders.Artifacts, cancellation);
        parts.Ledger.Write(parts.Ledger.Release(deploy.App, deploy.Release)! with { Artifact = hash, Bytes = bytes });
        Files.RemoveTree(Folder);
    }

    public Task<HostedApp> Unpack() => parts.Store.Unpack(deploy.App, deploy.Release, cancellation);

    /// <summary>Once per deploy, before the switch.</summary>
    public async Task RunReleaseCommand(HostedApp app)
    {
        progress.Tell("note", DeployPhase.Release, app.Config.Release!);
        var result = await parts.Runner.Run(Order(app, "release", app.Config.Release!) with { Within = app.Config.Deploy.ReleaseWithin, WithinKey = "deploy.release_within", DiskFloor = true }, Line(DeployPhase.Release), cancellation);
        Expect(result, $"the release command `{app.Config.Release}`", "the release before it serves on; mend it and deploy again");
    }

    CommandOrder Order(HostedApp app, string what, string command) => new()
    {
        Id = $"{deploy.App}.{what}-{deploy.Id}",
        Command = command,
        Folder = app.Folder,
        Env = parts.Environment(app),
        User = app.User,
        Log = _folders.BuildLog(deploy.Release),
        Secrets = [.. parts.Secrets(deploy.App)],
        Within = app.Config.Deploy.BuildWithin,
    };

    Action<string> Line(string phase)
    {
        var secrets = parts.Secrets(deploy.App).ToList();
        return line => progress.Tell("line", phase, SecretText.Hide(line, secrets));
    }

    void Expect(CommandResult result, string what, string next)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!result.Good)
            throw new DeployFailed($"{what} failed: {result.How}; {next}");
    }
}
