using Understudy.Decisions.Config;
using Understudy.Releases;
using Understudy.State;

namespace Understudy.Tests.Releases;

public sealed class ReleaseStoreTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly ReleaseLedger _ledger;
    readonly ReleaseStore _store;
    readonly AppFolders _folders;

    public ReleaseStoreTests()
    {
        var paths = new Paths(_folder.Path);
        Directory.CreateDirectory(paths.Lib);
        _database = new Database(paths.State);
        _ledger = new ReleaseLedger(_database);
        // As whoever runs the tests: where that is root, the app's user is root too.
        _store = new ReleaseStore(paths, new HostConfig { User = Environment.UserName }, _ledger, TimeProvider.System);
        _folders = _store.Folders("shop");
        _folders.Make(null);
    }

    [Fact]
    public async Task A_folder_deleted_by_hand_is_unpacked_again_with_what_is_shared_linked_in()
    {
        await Release("20260101000000-aaaaaaaa");
        Directory.Delete(_folders.Of("20260101000000-aaaaaaaa"), recursive: true);
        var app = await _store.Load("shop", "20260101000000-aaaaaaaa", CancellationToken.None);
        Assert.Equal("shop", app.Config.App);
        Assert.Equal(_folders.Of("20260101000000-aaaaaaaa"), app.Folder);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(app.Folder, "hello.txt")));
        Assert.Equal(Path.Combine(_folders.Shared, "storage"), new FileInfo(Path.Combine(app.Folder, "storage")).LinkTarget);
    }

    [Fact]
    public async Task An_artifact_altered_on_disk_is_not_unpacked()
    {
        var artifact = await Release("20260101000000-aaaaaaaa");
        Directory.Delete(_folders.Of("20260101000000-aaaaaaaa"), recursive: true);
        var bytes = File.ReadAllBytes(Artifact.PathOf(_folders.Artifacts, artifact));
        bytes[^1] ^= 1;
        File.WriteAllBytes(Artifact.PathOf(_folders.Artifacts, artifact), bytes);
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => _store.Load("shop", "20260101000000-aaaaaaaa", CancellationToken.None));
        Assert.Contains("deploy again", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folders.Of("20260101000000-aaaaaaaa")));
    }

    [Fact]
    public async Task What_the_app_makes_of_its_own_configuration_changes_nothing()
    {
        await Release("20260101000000-aaaaaaaa");
        File.WriteAllText(Path.Combine(_folders.Of("20260101000000-aaaaaaaa"), "understudy.yaml"), "domains: [somebody.else]\nprocesses: {web: exec evil}\n");
        var app = await _store.Load("shop", "20260101000000-aaaaaaaa", CancellationToken.None);
        Assert.Empty(app.Config.Domains);
        Assert.Equal("exec sleep 1d", app.Config.Processes[0].Command);
    }

    [Fact]
    public async Task A_link_in_place_of_a_configuration_file_is_not_followed()
    {
        await Release("20260101000000-aaaaaaaa");
        var tree = _folders.Of("20260101000000-aaaaaaaa");
        File.WriteAllText(_folder["only-for-root"], "SECRET=1\n");
        File.CreateSymbolicLink(Path.Combine(tree, ".env"), _folder["only-for-root"]);
        ReleaseConfiguration.Keep(tree, _folders.ConfigurationOf("20260101000000-aaaaaaaa"));
        Assert.False(Path.Exists(Path.Combine(_folders.ConfigurationOf("20260101000000-aaaaaaaa"), ".env")));
        File.Delete(Path.Combine(tree, "understudy.yaml"));
        File.CreateSymbolicLink(Path.Combine(tree, "understudy.yaml"), _folder["only-for-root"]);
        Assert.Throws<OperationRefused>(() => ReleaseConfiguration.Keep(tree, _folders.ConfigurationOf("20260101000000-aaaaaaaa")));
    }

    [Fact]
    public async Task An_artifact_that_no_release_names_is_removed()
    {
        var artifact = await Release("20260101000000-aaaaaaaa");
        File.WriteAllText(Path.Combine(_folders.Artifacts, new string('0', 64) + ".tar.gz"), "cut off");
        _store.RemoveUnnamedArtifacts("shop");
        Assert.Equal([Artifact.PathOf(_folders.Artifacts, artifact)], Directory.EnumerateFiles(_folders.Artifacts));
    }

    [Fact]
    public async Task A_release_of_which_nothing_is_known_cannot_be_loaded() =>
        Assert.Contains("never built", (await Assert.ThrowsAsync<OperationRefused>(() => _store.Load("shop", "20260101000000-aaaaaaaa", CancellationToken.None))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Pruning_keeps_the_newest_those_in_use_and_those_whose_pages_may_still_be_open()
    {
        for (var day = 1; day <= 6; day++)
            await Release($"2026010{day}000000-aaaaaaaa");
        _ledger.Write(_ledger.Release("shop", "20260103000000-aaaaaaaa")! with { LeftAt = TimeProvider.System.GetUtcNow() });
        var removed = _store.Prune("shop", 2, new HashSet<string> { "20260101000000-aaaaaaaa" });
        Assert.Equal(["20260104000000-aaaaaaaa", "20260102000000-aaaaaaaa"], removed);
        Assert.Equal(
            ["20260106000000-aaaaaaaa", "20260105000000-aaaaaaaa", "20260103000000-aaaaaaaa", "20260101000000-aaaaaaaa"],
            _ledger.Releases("shop").Select(release => release.Name));
        Assert.False(Directory.Exists(_folders.Of("20260104000000-aaaaaaaa")));
        // All of them were packed from the same tree, so they share one artifact, which is still needed.
        Assert.Single(Directory.EnumerateFiles(_folders.Artifacts));
    }

    [Fact]
    public async Task A_release_in_which_a_console_or_a_command_still_works_is_kept_until_that_ends()
    {
        for (var day = 1; day <= 3; day++)
            await Release($"2026010{day}000000-aaaaaaaa");
        var folder = _folders.Of("20260101000000-aaaaaaaa");
        Directory.CreateDirectory(Path.Combine(folder, "deep"));
        using var console = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sleep", "60") { WorkingDirectory = Path.Combine(folder, "deep") })!;
        try
        {
            Assert.Equal(["20260102000000-aaaaaaaa"], _store.Prune("shop", 1, new HashSet<string>()));
            Assert.True(Directory.Exists(folder));
        }
        finally
        {
            console.Kill();
            await console.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(["20260101000000-aaaaaaaa"], _store.Prune("shop", 1, new HashSet<string>()));
    }

    [Fact]
    public async Task The_last_release_of_an_artifact_takes_it_along()
    {
        await Release("20260101000000-aaaaaaaa");
        _store.Remove("shop", "20260101000000-aaaaaaaa");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folders.Artifacts));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folders.Releases));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    async Task<string> Release(string name)
    {
        var folder = _folders.Of(name);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "understudy.yaml"), "shared: [storage]\nprocesses: {web: exec sleep 1d}\n");
        File.WriteAllText(Path.Combine(folder, "hello.txt"), "hello");
        ReleaseConfiguration.Keep(folder, _folders.ConfigurationOf(name));
        var (artifact, bytes) = await Artifact.Pack(folder, _folders.Artifacts, CancellationToken.None);
        _ledger.Write(new LedgerRelease { App = "shop", Name = name, MadeAt = TimeProvider.System.GetUtcNow(), MadeBy = "anna@desk", Artifact = artifact, Bytes = bytes, State = ReleaseState.Built });
        return artifact;
    }
}
