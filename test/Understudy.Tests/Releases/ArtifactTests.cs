using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Understudy.Linux;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public sealed class ArtifactTests : IDisposable
{
    const UnixFileMode Executable = (UnixFileMode)0x1ED;

    readonly ArtifactFolder app = new();

    [Fact]
    public async Task What_is_packed_comes_out_as_it_was()
    {
        var longName = string.Concat(Enumerable.Repeat("a-long-name-", 18));
        app.Write("bin/server", "#!/bin/sh\n", Executable);
        app.Write("secret", "s", UnixFileMode.UserRead);
        app.Write("name\nwith newline", "odd");
        app.Write($"ünïcode/{longName}/{longName}", "deep");
        app.Write("empty", "");
        Directory.CreateDirectory(Path.Combine(app.Built, "log"));
        File.CreateSymbolicLink(Path.Combine(app.Built, "python"), "/usr/bin/python3");
        File.CreateSymbolicLink(Path.Combine(app.Built, "bin/up"), "../" + longName);
        File.CreateSymbolicLink(Path.Combine(app.Built, "log/self"), ".");
        await Run("mkfifo", Path.Combine(app.Built, "fifo"));
        await Run("ln", Path.Combine(app.Built, "empty"), Path.Combine(app.Built, "hard"));
        app.Write(".git/HEAD", "ref");
        app.Write("vendor/gem/.git/HEAD", "ref");

        await app.Unpack(await app.Pack());

        string At(string name) => Path.Combine(app.Unpacked, name);
        Assert.Equal("#!/bin/sh\n", File.ReadAllText(At("bin/server")));
        Assert.Equal(Executable, File.GetUnixFileMode(At("bin/server")));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(At("secret")));
        Assert.Equal(Executable, File.GetUnixFileMode(app.Unpacked));
        Assert.Equal("odd", File.ReadAllText(At("name\nwith newline")));
        Assert.Equal("deep", File.ReadAllText(At($"ünïcode/{longName}/{longName}")));
        Assert.Equal("", File.ReadAllText(At("empty")));
        Assert.Equal("", File.ReadAllText(At("hard")));
        Assert.DoesNotContain(Directory.EnumerateFiles(At("log")), file => new FileInfo(file).LinkTarget is null);
        Assert.Equal("/usr/bin/python3", new FileInfo(At("python")).LinkTarget);
        Assert.Equal("../" + longName, new FileInfo(At("bin/up")).LinkTarget);
        Assert.Equal(".", new FileInfo(At("log/self")).LinkTarget);
        Assert.False(Path.Exists(At("fifo")));
        Assert.False(Path.Exists(At(".git")));
        Assert.Equal("ref", File.ReadAllText(At("vendor/gem/.git/HEAD")));
        Assert.Empty(app.Unfinished);
    }

    [Fact]
    public async Task The_same_content_is_the_same_artifact_wherever_and_whenever_it_is_built()
    {
        app.Write("b", "2");
        app.Write("a/c", "1", Executable);
        File.CreateSymbolicLink(Path.Combine(app.Built, "link"), new string('x', 150));
        var first = await app.Pack();

        using var other = new ArtifactFolder();
        File.CreateSymbolicLink(Path.Combine(other.Built, "link"), new string('x', 150));
        other.Write("a/c", "1", Executable | UnixFileMode.SetUser);
        other.Write("b", "2", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        File.SetLastWriteTimeUtc(Path.Combine(other.Built, "b"), DateTime.UnixEpoch);

        Assert.Equal(first, await other.Pack());
        // Nothing of this process or this moment is in it; the compression's own bytes may change with .NET's.
        using var tar = new MemoryStream();
        using (var gzip = new GZipStream(File.OpenRead(Artifact.PathOf(app.Artifacts, first)), CompressionMode.Decompress))
            gzip.CopyTo(tar);
        Assert.Equal("7fdc5d80a78a376b133132183f07c51170a1253544668a455d294781171de74d", Convert.ToHexStringLower(SHA256.HashData(tar.ToArray())));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Artifact.PathOf(app.Artifacts, first)));
    }

    [Fact]
    public async Task A_changed_byte_is_another_artifact()
    {
        app.Write("a", "1");
        var first = await app.Pack();
        app.Write("a", "2");
        Assert.NotEqual(first, await app.Pack());
    }

    [Theory]
    [InlineData("altered")]
    [InlineData("truncated")]
    [InlineData("extended")]
    [InlineData("gone")]
    public async Task A_damaged_artifact_is_refused_and_nothing_of_it_appears(string damage)
    {
        app.Write("a", new string('x', 10_000));
        var sha256 = await app.Pack();
        var path = Artifact.PathOf(app.Artifacts, sha256);
        var bytes = File.ReadAllBytes(path);
        if (damage == "gone")
            File.Delete(path);
        else if (damage == "altered")
            File.WriteAllBytes(path, [.. bytes[..^20], (byte)(bytes[^20] ^ 1), .. bytes[^19..]]);
        else
            File.WriteAllBytes(path, damage == "truncated" ? bytes[..^5] : [.. bytes, 0]);

        var refused = await Assert.ThrowsAsync<ArtifactDamaged>(() => app.Unpack(sha256));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("deploy again", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(app.Releases));
    }

    public static TheoryData<string> Hostile => [.. HostileEntries.Keys];

    static readonly Dictionary<string, TarEntry[]> HostileEntries = new()
    {
        ["absolute"] = [Text("/tmp/us-hostile")],
        ["above"] = [Text("../us-hostile")],
        ["above from within"] = [Folder("a/"), Text("a/../../us-hostile")],
        ["the folder itself"] = [Folder("./")],
        ["dots"] = [Folder("a/"), Folder("a/..")],
        ["beneath a link"] = [Link("a", "/tmp"), Text("a/us-hostile")],
        ["a link beneath a link"] = [Link("a", "/tmp"), Link("a/us-hostile", "/etc")],
        ["a link in place of a folder"] = [Folder("a/"), Link("a", "/tmp"), Text("a/us-hostile")],
        ["a file in place of a link"] = [Link("a", "/tmp/us-hostile"), Text("a")],
        ["twice"] = [Text("a"), Text("a")],
        ["a folder that never came"] = [Text("a/b")],
        ["a pipe"] = [new GnuTarEntry(TarEntryType.Fifo, "a")],
        ["a device"] = [new GnuTarEntry(TarEntryType.CharacterDevice, "a") { DeviceMajor = 1, DeviceMinor = 3 }],
        ["a hard link"] = [new GnuTarEntry(TarEntryType.HardLink, "a") { LinkName = "/etc/passwd" }],
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_artifact_is_refused(string kind)
    {
        var sha256 = app.PackByHand(HostileEntries[kind]);
        await Assert.ThrowsAsync<ArtifactDamaged>(() => app.Unpack(sha256));
        Assert.Empty(Directory.EnumerateFileSystemEntries(app.Releases));
        Assert.False(Path.Exists("/tmp/us-hostile"));
    }

    [Fact]
    public async Task What_is_no_archive_at_all_is_refused()
    {
        var sha256 = app.Keep(Encoding.ASCII.GetBytes("not a tar"));
        await Assert.ThrowsAsync<ArtifactDamaged>(() => app.Unpack(sha256));
        await Assert.ThrowsAsync<ArtifactDamaged>(() => app.Unpack("../../etc/passwd"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(app.Releases));
    }

    [Fact]
    public async Task A_folder_that_is_there_is_never_unpacked_over()
    {
        app.Write("a", "new");
        var sha256 = await app.Pack();
        Directory.CreateDirectory(app.Unpacked);
        File.WriteAllText(Path.Combine(app.Unpacked, "a"), "old");

        Assert.Contains("there already", (await Assert.ThrowsAsync<IOException>(() => app.Unpack(sha256))).Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(Path.Combine(app.Unpacked, "a")));
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_refused_in_words()
    {
        await Run("sh", "-c", $"printf x > \"{app.Built}/$(printf 'bad\\377')\"");
        var refused = await Assert.ThrowsAsync<IOException>(app.Pack);
        Assert.Contains("not UTF-8", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(app.Artifacts));
        Files.RemoveTree(app.Built);
        Assert.False(Path.Exists(app.Built));
    }

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        app.Write("a", "1");
        var sha256 = await app.Pack();
        Directory.CreateDirectory(app.Releases);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Artifact.Pack(app.Built, app.Artifacts, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Artifact.Unpack(app.Artifacts, sha256, app.Unpacked, null, cancelled));
        Assert.Empty(app.Unfinished);
        Assert.Empty(Directory.EnumerateFileSystemEntries(app.Releases));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_recognised_and_removed()
    {
        app.Write("a", "1");
        await app.Unpack(await app.Pack());
        Directory.CreateDirectory(Path.Combine(app.Releases, Artifact.Unfinished + "x", "y"));
        File.WriteAllText(Path.Combine(app.Artifacts, Artifact.Unfinished + "z"), "");
        Directory.CreateDirectory(Path.Combine(app.Releases, ".other"));

        Artifact.RemoveLeftovers(app.Releases);
        Artifact.RemoveLeftovers(app.Artifacts);

        Assert.Equal([".other", Path.GetFileName(app.Unpacked)], Directory.EnumerateFileSystemEntries(app.Releases).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Single(Directory.EnumerateFileSystemEntries(app.Artifacts));
    }

    [Fact]
    public async Task Everything_belongs_to_the_owner_and_what_links_lead_to_does_not()
    {
        if (!Users.IsRoot || Users.Find("nobody") is not { } nobody)
        {
            Assert.Skip("only root gives files away");
            return;
        }
        using var outside = new TemporaryFolder();
        File.WriteAllText(outside["file"], "");
        app.Write("a/b", "1");
        File.CreateSymbolicLink(Path.Combine(app.Built, "link"), outside["file"]);
        var sha256 = await app.Pack();
        Directory.CreateDirectory(app.Releases);
        await Artifact.Unpack(app.Artifacts, sha256, app.Unpacked, nobody, TestContext.Current.CancellationToken);

        Assert.Equal("root", Users.OwnerOf(outside["file"])!.Name);
        var owners = await Run("find", app.Unpacked, "-printf", "%u ");
        Assert.Equal("nobody nobody nobody nobody", owners.Trim());
    }

    public void Dispose() => app.Dispose();

    static GnuTarEntry Text(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1, 2, 3]) };

    static GnuTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    static GnuTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
