using Understudy.Decisions.Config;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Releases;

/// <summary>The releases of all deployed apps on this host's disk.</summary>
sealed class ReleaseStore(Paths paths, HostConfig host, ReleaseLedger ledger, TimeProvider time)
{
    /// <summary>A page that was open when its release left may still ask for its assets.</summary>
    public static readonly TimeSpan AssetsOutlive = TimeSpan.FromHours(1);

    /// <summary>Two workers of one release may miss its folder at once.</summary>
    readonly SemaphoreSlim _unpacking = new(1);

    public AppFolders Folders(string app) => new(paths, app);

    public User? User(string app) => AppUser.For(host, app, Folders(app).Home);

    /// <summary>The release as its pools run it; unpacked anew where somebody has deleted its folder.</summary>
    /// <exception cref="OperationRefused">It is not there and cannot be unpacked, or its configuration is wrong.</exception>
    public async Task<HostedApp> Load(string app, string release, CancellationToken cancellation)
    {
        await _unpacking.WaitAsync(cancellation);
        try
        {
            return Directory.Exists(Folders(app).Of(release)) ? Hosted(app, release, User(app)) : await Unpack(app, release, cancellation);
        }
        finally
        {
            _unpacking.Release();
        }
    }

    /// <summary>Makes the release's folder from its artifact, whose hash must be right, and links what is shared into it.</summary>
    public async Task<HostedApp> Unpack(string app, string release, CancellationToken cancellation)
    {
        var folders = Folders(app);
        var artifact = ledger.Release(app, release)?.Artifact ?? throw new OperationRefused($"the release {release} of {app} was never built on this host: deploy again", RefusalKind.Unknown);
        var user = User(app);
        try
        {
            await Artifact.Unpack(folders.Artifacts, artifact, folders.Of(release), user, cancellation, tree =>
            {
                ReleaseConfiguration.Keep(tree, folders.ConfigurationOf(release));
                SharedPaths.Link(folders.Shared, tree, ReleaseConfiguration.Read(app, folders.ConfigurationOf(release)).Shared, user);
            });
            return Hosted(app, release, user);
        }
        catch (ArtifactDamaged damaged)
        {
            throw new OperationRefused(damaged.Message);
        }
    }

    public HostedApp Hosted(string app, string release, User? user)
    {
        var folders = Folders(app);
        return new HostedApp(ReleaseConfiguration.Read(app, folders.ConfigurationOf(release)), folders.Of(release), user?.Name, release) { Home = folders.Home };
    }

    /// <summary>Removes what a build or an unpacking left when it failed or was cut off.</summary>
    public void RemoveHalfMade(string app, string release)
    {
        var folders = Folders(app);
        Files.RemoveTree(folders.Of(release));
        Files.RemoveTree(folders.Of(release) + SourceTree.Unfinished);
        Files.RemoveTree(folders.ConfigurationOf(release));
        Artifact.RemoveLeftovers(folders.Releases);
        Artifact.RemoveLeftovers(folders.Artifacts);
    }

    /// <summary>Removes a release and what only it needed.</summary>
    public void Remove(string app, string release)
    {
        var folders = Folders(app);
        // Nobody can go back to it from here on, whatever happens before it is gone.
        if (ledger.Release(app, release) is { } row)
            ledger.Write(row with { Artifact = null });
        Files.RemoveTree(folders.Of(release));
        Files.RemoveTree(folders.ConfigurationOf(release));
        File.Delete(folders.BuildLog(release));
        ledger.Forget(app, release);
        RemoveUnnamedArtifacts(app);
    }

    /// <summary>Artifacts that no release names: of one that was removed, or whose deploy was cut off between the two.</summary>
    public void RemoveUnnamedArtifacts(string app)
    {
        var named = ledger.Releases(app).Select(release => release.Artifact).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(Folders(app).Artifacts, "*.tar.gz"))
        {
            if (!named.Contains(Path.GetFileName(path)[..^".tar.gz".Length]))
                File.Delete(path);
        }
    }

    /// <summary>Removes what `keep` leaves over, never a release that is in use, by a console or a scheduled command too, or whose assets may be asked for.</summary>
    public IReadOnlyList<string> Prune(string app, int keep, IReadOnlySet<string> inUse)
    {
        var now = time.GetUtcNow();
        var releases = ledger.Releases(app);
        var kept = releases.Where(release => release.State is ReleaseState.Built or ReleaseState.RolledBack).Take(keep).Select(release => release.Name).ToHashSet();
        // The newest failures are kept in the list, without files, so that one can read why.
        kept.UnionWith(releases.Where(release => release.State == ReleaseState.Failed).Take(keep).Select(release => release.Name));
        var removed = new List<string>();
        foreach (var release in releases)
        {
            var young = release.LeftAt is { } left && now - left < AssetsOutlive;
            if (kept.Contains(release.Name) || inUse.Contains(release.Name) || young || release.State == ReleaseState.Building)
                continue;
            removed.Add(release.Name);
        }
        if (removed.Count == 0)
            return removed;
        var folders = Folders(app);
        var used = FolderUse.Of([.. removed.Select(folders.Of)], new ProcessTable());
        removed.RemoveAll(release => used.Contains(folders.Of(release)));
        foreach (var release in removed)
            Remove(app, release);
        return removed;
    }
}
