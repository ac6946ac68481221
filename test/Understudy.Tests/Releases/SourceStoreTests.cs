using System.Diagnostics;
using System.Security.Cryptography;
using Understudy.Decisions.Releases;
using Understudy.Linux;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public sealed class SourceStoreTests : IDisposable
{
    const long Plenty = 1_000_000_000;
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    readonly TemporaryFolder root = new();
    readonly GitFolder app = GitFolder.WithApp();
    readonly SourceStore store;

    public SourceStoreTests()
    {
        app.Write("bin/start", "#!/bin/sh\nexec true\n");
        File.SetUnixFileMode(Path.Combine(app.Path, "bin/start"), Executable);
        app.Write("empty", "");
        app.Write("copy/of/code.rb", "puts 1\n");
        app.Write("ünï code 🎭", "x");
        File.WriteAllBytes(Path.Combine(app.Path, "large"), RandomNumberGenerator.GetBytes(500_000));
        app.Link("copy/start", "../bin/start");
        app.Link("dangling", "made/by/the/build");
        app.Commit("all");
        store = new SourceStore(root["source"]);
    }

    public void Dispose()
    {
        app.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task A_tree_arrives_as_it_was()
    {
        using var checkout = app.Checkout();
        await Deploy(checkout);
        store.Materialise(checkout.Manifest, root["tree"], null);
        Assert.Equal(Described(app.Path, [.. checkout.Manifest.Files.Select(file => file.Path)]), Described(root["tree"], [.. checkout.Manifest.Files.Select(file => file.Path)]));
        Assert.Equal(Executable, File.GetUnixFileMode(Path.Combine(root["tree"], "bin/start")));
        Assert.Equal(Plain, File.GetUnixFileMode(Path.Combine(root["tree"], "large")));
        Assert.Equal(Executable, File.GetUnixFileMode(Path.Combine(root["tree"], "copy/of")));
        Assert.Equal(Executable, File.GetUnixFileMode(root["tree"]));
        Assert.Equal("../bin/start", new FileInfo(Path.Combine(root["tree"], "copy/start")).LinkTarget);
        Assert.Equal("made/by/the/build", new FileInfo(Path.Combine(root["tree"], "dangling")).LinkTarget);
        Assert.Equal(checkout.Manifest.Hash, ManifestOf(root["tree"]).Hash);
    }

    [Fact]
    public async Task Equal_contents_are_sent_once_and_the_second_deploy_sends_what_changed()
    {
        using (var first = app.Checkout())
        {
            Assert.Equal(first.Manifest.Files.Count - 1, store.Missing(first.Manifest).Count);
            await Deploy(first);
            Assert.Empty(store.Missing(first.Manifest));
        }
        app.Write("lib/code.rb", "puts 2\n");
        app.Commit("changed");
        using var second = app.Checkout();
        var upload = new SourceUpload(second, store.Missing(second.Manifest));
        Assert.Equal((1, 40 + 7), (upload.Files, upload.Length));
        Assert.Equal(new SourceReceipt(1, 7), await Deploy(second));
        store.Materialise(second.Manifest, root["second"], null);
        Assert.Equal("puts 2\n", File.ReadAllText(Path.Combine(root["second"], "lib/code.rb")));
        Assert.Equal("puts 1\n", File.ReadAllText(Path.Combine(root["second"], "copy/of/code.rb")));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(39, 0)]
    [InlineData(40, 0)]
    [InlineData(44, 0)]
    [InlineData(-1, 1)]
    public async Task An_upload_cut_off_keeps_whole_contents_and_nothing_else(int at, int allBut)
    {
        using var checkout = app.Checkout();
        var missing = store.Missing(checkout.Manifest);
        var frames = Frames(checkout, missing);
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => store.Receive(new MemoryStream(at > 0 ? frames[..at] : frames[..^-at]), Plenty, CancellationToken.None));
        var kept = allBut == 0 ? 0 : missing.Count - allBut;
        Assert.Contains($"cut off after {kept} whole files", refused.Message);
        Assert.Equal(missing.Skip(kept), store.Missing(checkout.Manifest));
        AssertNothingHalf();
        await Deploy(checkout);
        Assert.Empty(store.Missing(checkout.Manifest));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_an_upload_cut_off()
    {
        using var checkout = app.Checkout();
        var frames = Frames(checkout, store.Missing(checkout.Manifest));
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => store.Receive(new BrokenStream(frames[..100]), Plenty, CancellationToken.None));
        Assert.Contains("cut off", refused.Message);
        AssertNothingHalf();
    }

    [Fact]
    public async Task A_content_altered_on_its_way_is_not_kept()
    {
        using var checkout = app.Checkout();
        var frames = Frames(checkout, [checkout.Manifest.Files[0].Sha256]);
        frames[^1] ^= 1;
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => store.Receive(new MemoryStream(frames), Plenty, CancellationToken.None));
        Assert.Contains("altered on its way", refused.Message);
        Assert.Contains(checkout.Manifest.Files[0].Sha256, store.Missing(checkout.Manifest));
        AssertNothingHalf();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task An_upload_has_a_limit(long length)
    {
        var frame = SourceFrames.Head(new string('a', 64), length);
        Assert.Contains("larger than the 9 bytes", (await Assert.ThrowsAsync<OperationRefused>(() => store.Receive(new MemoryStream(frame), 9, CancellationToken.None))).Message);
        AssertNothingHalf();
    }

    [Fact]
    public async Task A_content_altered_on_disk_is_found_removed_and_sent_anew()
    {
        using var checkout = app.Checkout();
        await Deploy(checkout);
        var (large, start) = (Hash(checkout, "large"), Hash(checkout, "bin/start"));
        var content = File.ReadAllBytes(Blob(large));
        content[^1] ^= 1;
        File.WriteAllBytes(Blob(large), content);
        File.Delete(Blob(start));
        var refused = Assert.Throws<OperationRefused>(() => store.Materialise(checkout.Manifest, root["tree"], null));
        Assert.Contains("\"bin/start\" and 1 more files is missing or was altered", refused.Message);
        Assert.Contains("deploy again, it will be uploaded anew", refused.Message);
        Assert.Equal([root["source"]], Directory.EnumerateFileSystemEntries(root.Path));
        Assert.Equal(new HashSet<string> { large, start }, [.. store.Missing(checkout.Manifest)]);
        await Deploy(checkout);
        store.Materialise(checkout.Manifest, root["tree"], null);
    }

    [Fact]
    public async Task A_content_of_another_size_counts_as_missing()
    {
        using var checkout = app.Checkout();
        await Deploy(checkout);
        File.AppendAllText(Blob(Hash(checkout, "large")), "x");
        Assert.Equal([Hash(checkout, "large")], store.Missing(checkout.Manifest));
    }

    [Fact]
    public async Task A_tree_is_built_where_nothing_is()
    {
        using var checkout = app.Checkout();
        await Deploy(checkout);
        Directory.CreateDirectory(root["there"]);
        Assert.Contains("exists already", Assert.Throws<OperationRefused>(() => store.Materialise(checkout.Manifest, root["there"], null)).Message);
        // What a killed agent left half built is in nobody's way.
        Directory.CreateDirectory(root["tree.growing"]);
        File.WriteAllText(Path.Combine(root["tree.growing"], "Procfile"), "half");
        store.Materialise(checkout.Manifest, root["tree"], null);
        Assert.False(Directory.Exists(root["tree.growing"]));
        Assert.Equal(checkout.Manifest.Hash, ManifestOf(root["tree"]).Hash);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/tmp/outside")]
    public void A_hostile_manifest_builds_nothing(string path)
    {
        var manifest = new SourceManifest([new SourceFile("Procfile", false, 0, Convert.ToHexStringLower(SHA256.HashData([]))), new SourceFile(path, false, 0, Convert.ToHexStringLower(SHA256.HashData([])))], []);
        Assert.Equal(RefusalKind.Invalid, Assert.Throws<OperationRefused>(() => store.Materialise(manifest, root["tree"], null)).Kind);
        Assert.Equal([root["source"]], Directory.EnumerateFileSystemEntries(root.Path));
        Assert.Throws<OperationRefused>(() => store.Missing(new SourceManifest([new SourceFile("Procfile", false, 0, "../../../etc/passwd")], [])));
    }

    [Fact]
    public async Task The_tree_is_given_to_its_owner()
    {
        Assert.SkipUnless(Users.IsRoot && Users.Find("nobody") is not null, "only root can give files away");
        using var checkout = app.Checkout();
        await Deploy(checkout);
        store.Materialise(checkout.Manifest, root["tree"], Users.Find("nobody"));
        foreach (var path in (string[])["", "copy", "copy/of", "bin/start", "large"])
            Assert.Equal("nobody", Users.OwnerOf(Path.Combine(root["tree"], path))?.Name);
        Assert.NotEqual("nobody", Users.OwnerOf(root["source"])?.Name);
    }

    [Fact]
    public void The_store_is_private_and_what_a_killed_agent_left_is_removed()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root["source"]));
        File.WriteAllText(Path.Combine(root["source"], "arriving", "half"), "x");
        File.WriteAllText(Path.Combine(root["source"], "manifests", "x.json.new"), "x");
        _ = new SourceStore(root["source"]);
        AssertNothingHalf();
    }

    [Fact]
    public async Task Pruning_removes_what_no_kept_manifest_needs()
    {
        using var first = app.Checkout();
        await Deploy(first);
        store.Keep(first.Manifest);
        File.Delete(Path.Combine(app.Path, "large"));
        app.Write("lib/code.rb", "puts 2\n");
        app.Commit("smaller");
        using var second = app.Checkout();
        await Deploy(second);
        store.Keep(second.Manifest);
        Assert.Equal(first.Manifest.Hash, store.Find(first.Manifest.Hash)?.Hash);
        Assert.Equal(0, store.Prune([second.Manifest], DateTimeOffset.UnixEpoch));
        Assert.Equal(500_000, store.Prune([second.Manifest], DateTimeOffset.MaxValue));
        Assert.Empty(store.Missing(second.Manifest));
        Assert.Equal([Hash(first, "large")], store.Missing(first.Manifest));
        Assert.Null(store.Find(first.Manifest.Hash));
        Assert.Equal(second.Manifest.Hash, store.Find(second.Manifest.Hash)?.Hash);
    }

    [Fact]
    public void A_manifest_altered_on_disk_is_none()
    {
        using var checkout = app.Checkout();
        store.Keep(checkout.Manifest);
        var path = Path.Combine(root["source"], "manifests", checkout.Manifest.Hash + ".json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("large", "small"));
        Assert.Null(store.Find(checkout.Manifest.Hash));
        Assert.Null(store.Find("../../secret"));
        Assert.Null(store.Find(new string('0', 64)));
    }

    [Theory]
    [InlineData("PUTS 1\n")]
    [InlineData("puts 1\nmore")]
    [InlineData("")]
    [InlineData(null)]
    public void A_file_that_changes_during_the_upload_is_found(string? content)
    {
        using var checkout = app.Checkout();
        var upload = new SourceUpload(checkout, [Hash(checkout, "lib/code.rb")]);
        foreach (var path in (string[])["lib/code.rb", "copy/of/code.rb"])
            if (content is null)
                File.Delete(Path.Combine(app.Path, path));
            else
                File.WriteAllText(Path.Combine(app.Path, path), content);
        var sent = new MemoryStream();
        Assert.Contains("code.rb\" changed while it was deployed", Assert.Throws<OperationRefused>(() => upload.Write(sent.Write, null, CancellationToken.None)).Message);
        Assert.True(sent.Length < upload.Length);
    }

    [Fact]
    public void An_upload_knows_its_length_and_tells_how_far_it_is()
    {
        using var checkout = app.Checkout();
        var upload = new SourceUpload(checkout, store.Missing(checkout.Manifest));
        var (sent, told) = (new MemoryStream(), new List<long>());
        upload.Write(sent.Write, told.Add, CancellationToken.None);
        Assert.Equal(upload.Length, sent.Length);
        Assert.Equal(upload.Length, told[^1]);
        Assert.Equal(told.Order(), told);
        Assert.Contains("not in this checkout", Assert.Throws<OperationRefused>(() => new SourceUpload(checkout, [new string('0', 64)])).Message);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_leaves_nothing_half_made()
    {
        var disk = Directory.CreateDirectory(root["disk"]).FullName;
        Assert.SkipUnless(Users.IsRoot && Succeeds("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk), "only root can make a small disk");
        try
        {
            var small = new SourceStore(Path.Combine(disk, "source"));
            using var checkout = app.Checkout();
            var frames = Frames(checkout, small.Missing(checkout.Manifest));
            await small.Receive(new MemoryStream(frames), Plenty, CancellationToken.None);
            var refused = Assert.Throws<OperationRefused>(() =>
            {
                small.Materialise(checkout.Manifest, Path.Combine(disk, "one"), null);
                small.Materialise(checkout.Manifest, Path.Combine(disk, "two"), null);
            });
            Assert.Contains("the disk is full", refused.Message);
            Assert.False(Path.Exists(Path.Combine(disk, "two")) || Path.Exists(Path.Combine(disk, "one.growing")) || Path.Exists(Path.Combine(disk, "two.growing")));
            var large = RandomNumberGenerator.GetBytes(1_000_000);
            byte[] frame = [.. SourceFrames.Head(Convert.ToHexStringLower(SHA256.HashData(large)), large.Length), .. large];
            refused = await Assert.ThrowsAsync<OperationRefused>(() => small.Receive(new MemoryStream(frame), Plenty, CancellationToken.None));
            Assert.Contains("the disk", refused.Message);
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(disk, "source", "arriving")));
        }
        finally
        {
            Succeeds("umount", disk);
        }
    }

    async Task<SourceReceipt> Deploy(SourceCheckout checkout) =>
        await store.Receive(new MemoryStream(Frames(checkout, store.Missing(checkout.Manifest))), Plenty, CancellationToken.None);

    static byte[] Frames(SourceCheckout checkout, IReadOnlyCollection<string> missing)
    {
        var sent = new MemoryStream();
        new SourceUpload(checkout, missing).Write(sent.Write, null, CancellationToken.None);
        return sent.ToArray();
    }

    string Blob(string sha256) => Path.Combine(root["source"], sha256[..2], sha256);

    static string Hash(SourceCheckout checkout, string path) => checkout.Manifest.Files.First(file => file.Path == path).Sha256;

    void AssertNothingHalf()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(root["source"], "arriving")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(root["source"], "manifests"), "*.new"));
    }

    static SourceManifest ManifestOf(string folder)
    {
        using var checkout = SourceCheckout.Make(folder, null, false, _ => { }, CancellationToken.None);
        return checkout.Manifest;
    }

    static string Described(string folder, string[] paths) =>
        string.Join('\n', paths.Select(path => $"{path} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, path))))}"));

    static bool Succeeds(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Breaks like a connection once its bytes are read.</summary>
    sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length ? throw new IOException("connection reset") : base.ReadAsync(buffer, cancellationToken);
    }
}
