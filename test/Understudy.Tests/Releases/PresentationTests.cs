using System.Text.Json;
using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Proxying;
using Understudy.Releases;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Tests.Releases;

public sealed class PresentationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly ReleaseLedger _ledger;
    readonly ReleaseStore _store;
    readonly RoutePublisher _routes;
    readonly HostedPools _pools;
    readonly Paths _paths;
    readonly ProcessExits _exits = new();

    public PresentationTests()
    {
        _paths = new Paths(_folder.Path);
        Directory.CreateDirectory(_paths.Lib);
        Directory.CreateDirectory(_paths.Run);
        _database = new Database(_paths.State);
        _ledger = new ReleaseLedger(_database);
        _store = new ReleaseStore(_paths, new HostConfig(), _ledger, TimeProvider.System);
        _routes = new RoutePublisher(_paths.Routes, RouteTable.Empty);
        _routes.Put(new AppRoute("shop", [], null, null, new PoolRoute
        {
            Name = "web",
            Concurrency = 1,
            QueueLength = 1,
            QueueWait = TimeSpan.FromSeconds(1),
            RequestTimeout = TimeSpan.FromSeconds(1),
            BodyBytes = 1,
            ReadyPath = "/up",
            Workers = [],
        }));
        _routes.Release();
        _pools = new HostedPools(new PoolParts(
            _paths, new MarkerOwnership(Ownership.KeyOf(_paths), "a test has no need of more"), _exits, new Ports(), new Ledger(_database), new EventLog(_database, TimeProvider.System), _routes,
            new AppSecrets(_database, new SecretBox(_paths.SecretKey), TimeProvider.System))
        { Stale = new StaleLedger(_database) });
    }

    AppRoute Shown => JsonSerializer.Deserialize(File.ReadAllBytes(_paths.Routes), JsonProxying.Default.RouteTable)!.Apps[0];

    [Fact]
    public void The_assets_of_every_live_release_are_served_newest_first_for_an_hour_after_it_left()
    {
        var now = TimeProvider.System.GetUtcNow();
        Release("20260101000000-aaaaaaaa", now - TimeSpan.FromMinutes(61));
        Release("20260102000000-bbbbbbbb", now - TimeSpan.FromMinutes(59));
        Release("20260103000000-cccccccc", null);
        Release("20260104000000-dddddddd", null);
        _ledger.WriteCurrent("shop", "20260103000000-cccccccc");
        _ledger.WriteTarget("shop", "20260104000000-dddddddd");
        Show("20260104000000-dddddddd");
        Assert.Equal(
            ["20260104000000-dddddddd", "20260103000000-cccccccc", "20260102000000-bbbbbbbb"],
            Shown.Assets.Select(asset => Path.GetFileName(asset.Folder)));
        Assert.All(Shown.Assets, asset => Assert.Equal("public/assets", asset.Pattern));
    }

    [Fact]
    public void After_a_rollback_the_assets_of_the_release_that_serves_come_first()
    {
        Release("20260103000000-cccccccc", null);
        Release("20260104000000-dddddddd", TimeProvider.System.GetUtcNow());
        _ledger.WriteCurrent("shop", "20260103000000-cccccccc");
        Show("20260103000000-cccccccc");
        Assert.Equal(["20260103000000-cccccccc", "20260104000000-dddddddd"], Shown.Assets.Select(asset => Path.GetFileName(asset.Folder)));
    }

    [Fact]
    public void In_maintenance_the_apps_own_page_is_shown_where_it_has_one()
    {
        Release("20260103000000-cccccccc", null);
        _ledger.WriteCurrent("shop", "20260103000000-cccccccc");
        _ledger.WriteMaintenance("shop", TimeProvider.System.GetUtcNow(), 120);
        Show("20260103000000-cccccccc");
        Assert.Equal(new MaintenanceRoute(120, null), Shown.Maintenance);
        var page = Path.Combine(_store.Folders("shop").Of("20260103000000-cccccccc"), "public", "503.html");
        Directory.CreateDirectory(Path.GetDirectoryName(page)!);
        File.WriteAllText(page, "back soon");
        Show("20260103000000-cccccccc");
        Assert.Equal(new MaintenanceRoute(120, page), Shown.Maintenance);
        _ledger.WriteMaintenance("shop", null, 120);
        Show("20260103000000-cccccccc");
        Assert.Null(Shown.Maintenance);
    }

    public void Dispose()
    {
        _exits.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    void Release(string name, DateTimeOffset? left)
    {
        Directory.CreateDirectory(_store.Folders("shop").Of(name));
        File.WriteAllText(Path.Combine(_store.Folders("shop").Of(name), "understudy.yaml"), "assets: public/assets\nprocesses: {web: exec sleep 1d}\n");
        Directory.CreateDirectory(_store.Folders("shop").Configurations);
        ReleaseConfiguration.Keep(_store.Folders("shop").Of(name), _store.Folders("shop").ConfigurationOf(name));
        _ledger.Write(new LedgerRelease { App = "shop", Name = name, MadeAt = TimeProvider.System.GetUtcNow(), MadeBy = "anna", Artifact = "a", State = ReleaseState.Built, LeftAt = left });
    }

    void Show(string release)
    {
        _pools.Show(_store.Hosted("shop", release, null));
        new Presentation(_ledger, _store, _pools, _routes, TimeProvider.System).Show("shop");
    }
}
