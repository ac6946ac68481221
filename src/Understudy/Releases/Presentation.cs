using Understudy.Decisions.Proxying;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Releases;

/// <summary>What the proxy is told of an app beside its workers: whose assets it serves, and whether it is in maintenance.</summary>
sealed class Presentation(ReleaseLedger ledger, ReleaseStore store, HostedPools pools, RoutePublisher routes, TimeProvider time)
{
    readonly Lock _gate = new();

    static readonly string[] MaintenancePages = ["public/maintenance.html", "public/system/maintenance.html", "public/503.html"];

    /// <summary>Tells all apps anew: a release's assets are served for an hour after it left.</summary>
    public void ShowAll()
    {
        foreach (var app in pools.Apps)
            Show(app.Config.App);
    }

    public void Show(string app)
    {
        // The newest look is the one that stays.
        lock (_gate)
            ShowNow(app);
    }

    void ShowNow(string app)
    {
        if (pools.Apps.FirstOrDefault(one => one.Config.App == app) is not { } hosted)
            return;
        var state = ledger.App(app);
        var maintenance = state?.MaintenanceSince is null ? null : new MaintenanceRoute(state.MaintenanceRetry, PageIn(hosted.Folder));
        routes.Show(app, [.. Live(hosted, state).Distinct()], maintenance);
    }

    IEnumerable<AssetRoute> Live(HostedApp hosted, LedgerApp? state)
    {
        if (hosted.Release == HostedApp.Local)
        {
            if (hosted.Config.Assets is { } own)
                yield return new AssetRoute(hosted.Folder, own);
            yield break;
        }
        var now = time.GetUtcNow();
        // After a rollback the release that serves is not the newest.
        foreach (var release in ledger.Releases(hosted.Config.App).OrderByDescending(release => release.Name == (state?.Target ?? state?.Current)).ThenByDescending(release => release.Name, StringComparer.Ordinal))
        {
            var live = release.Name == state?.Current || release.Name == state?.Target || release.Name == hosted.Release || (release.LeftAt is { } left && now - left < ReleaseStore.AssetsOutlive);
            var folder = store.Folders(release.App).Of(release.Name);
            if (live && Directory.Exists(folder) && PatternOf(hosted, release) is { } pattern)
                yield return new AssetRoute(folder, pattern);
        }
    }

    string? PatternOf(HostedApp hosted, LedgerRelease release)
    {
        if (release.Name == hosted.Release)
            return hosted.Config.Assets;
        try
        {
            return ReleaseConfiguration.Read(release.App, store.Folders(release.App).ConfigurationOf(release.Name)).Assets;
        }
        catch (OperationRefused)
        {
            return null;
        }
    }

    static string? PageIn(string folder) => MaintenancePages.Select(page => Path.Combine(folder, page)).FirstOrDefault(File.Exists);
}
