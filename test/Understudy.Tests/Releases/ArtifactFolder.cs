using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

/// <summary>A folder with a built release in it, and one for artifacts.</summary>
sealed class ArtifactFolder : IDisposable
{
    readonly TemporaryFolder folder = new();

    public ArtifactFolder() => Directory.CreateDirectory(Built);

    public string Built => folder["built"];
    public string Artifacts => folder["artifacts"];
    public string Releases => folder["releases"];
    public string Unpacked => folder["releases/20260101000000-abc"];

    public IEnumerable<string> Unfinished => new[] { Artifacts, Releases }.Where(Directory.Exists).SelectMany(path => Directory.EnumerateFileSystemEntries(path, ".*"));

    public void Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(Built, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }

    public async Task<string> Pack() => (await Artifact.Pack(Built, Artifacts, TestContext.Current.CancellationToken)).Sha256;

    public Task Unpack(string sha256)
    {
        Directory.CreateDirectory(Releases);
        return Artifact.Unpack(Artifacts, sha256, Unpacked, null, TestContext.Current.CancellationToken);
    }

    /// <summary>An artifact whose hash is right and whose content nobody should have packed.</summary>
    public string PackByHand(params TarEntry[] entries)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Gnu))
        {
            foreach (var entry in entries)
                tar.WriteEntry(entry);
        }
        return Keep(bytes.ToArray());
    }

    public string Keep(byte[] bytes)
    {
        Directory.CreateDirectory(Artifacts);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Artifact.PathOf(Artifacts, sha256), bytes);
        return sha256;
    }

    public void Dispose() => folder.Dispose();
}
