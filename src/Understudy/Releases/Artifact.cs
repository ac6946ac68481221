using System.Security.Cryptography;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// A built release as one file, named after its content: SHA256.tar.gz. The same folder packs into the same bytes on any host, so that the
/// name tells whether one is whole, and the same build twice takes space once.
/// </summary>
static class Artifact
{
    /// <summary>Begins the name of what is not complete yet; after a kill it stays behind.</summary>
    public const string Unfinished = ".making-";

    public static string PathOf(string artifactsFolder, string sha256) => Path.Combine(artifactsFolder, sha256 + ".tar.gz");

    /// <summary>Packs a folder, all but its .git; readable by the packing user only. Nothing is left of one that fails or is cancelled.</summary>
    /// <exception cref="IOException">The disk is full, or a file cannot be packed; a sentence.</exception>
    public static Task<(string Sha256, long Bytes)> Pack(string folder, string artifactsFolder, CancellationToken cancellation) => Task.Run(
        () =>
        {
            Files.MakePrivateFolder(artifactsFolder);
            var unfinished = Path.Combine(artifactsFolder, Unfinished + Guid.NewGuid().ToString("N"));
            try
            {
                var packed = ArtifactPacking.Write(folder, unfinished, cancellation);
                File.Move(unfinished, PathOf(artifactsFolder, packed.Sha256), overwrite: true);
                FolderSync.Flush(artifactsFolder);
                return packed;
            }
            catch (IOException full) when (Errno.IsFullDisk(full))
            {
                throw new IOException($"the disk of {artifactsFolder} is full, so the release cannot be packed; free some space, then deploy again", full);
            }
            finally
            {
                File.Delete(unfinished);
            }
        },
        cancellation);

    /// <summary>Unpacks into a new folder, which appears by rename and complete. Nothing is left of one that fails or is cancelled.</summary>
    /// <param name="owner">Whom everything is given to. Null: stays with the unpacking user.</param>
    /// <exception cref="ArtifactDamaged">It is gone, or not what was packed.</exception>
    /// <exception cref="IOException">The disk is full, or the folder is there already; a sentence.</exception>
    /// <param name="whileClosed">Called with the tree's place when it is whole, and nobody else can enter it yet.</param>
    public static Task Unpack(string artifactsFolder, string sha256, string folder, User? owner, CancellationToken cancellation, Action<string>? whileClosed = null) => Task.Run(
        () =>
        {
            folder = Path.GetFullPath(folder).TrimEnd('/');
            if (Path.Exists(folder))
                throw new IOException($"{folder} is there already, and an artifact is never unpacked over another; remove it, then deploy again");
            using var file = OpenVerified(PathOf(artifactsFolder, sha256), sha256, cancellation);
            var unfinished = Path.Combine(Path.GetDirectoryName(folder)!, Unfinished + Path.GetFileName(folder));
            Files.RemoveTree(unfinished);
            try
            {
                ArtifactUnpacking.Read(file, unfinished, owner, whileClosed, cancellation);
                // A release that a power cut leaves half empty would look complete.
                FolderSync.FlushAll(unfinished);
                Directory.Move(unfinished, folder);
                FolderSync.Flush(Path.GetDirectoryName(folder)!);
            }
            catch (IOException full) when (Errno.IsFullDisk(full))
            {
                throw new IOException($"the disk of {Path.GetDirectoryName(folder)} is full, so the release cannot be unpacked; free some space, then deploy again", full);
            }
            finally
            {
                Files.RemoveTree(unfinished);
            }
        },
        cancellation);

    /// <summary>Removes what a killed process has left unfinished in a folder of artifacts or of releases. Only while nobody packs or unpacks there.</summary>
    public static void RemoveLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var left in Directory.GetFileSystemEntries(folder, ".*"))
        {
            if (Path.GetFileName(left) is var name && (name.StartsWith(Unfinished, StringComparison.Ordinal) || name.StartsWith(HeldFolder.BeingRemoved, StringComparison.Ordinal)))
                Files.RemoveTree(left);
        }
    }

    /// <summary>The file, read once and found to be what its name says; so nothing of a damaged one is ever unpacked.</summary>
    static FileStream OpenVerified(string path, string sha256, CancellationToken cancellation)
    {
        if (sha256.Length != SHA256.HashSizeInBytes * 2 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new ArtifactDamaged("the release names no artifact that can be; deploy again");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.SequentialScan);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactDamaged($"the artifact {path} is gone; deploy again to build it anew");
        }
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[128 * 1024];
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }
            if (Convert.ToHexStringLower(hash.GetHashAndReset()) != sha256)
                throw new ArtifactDamaged($"the artifact {path} was altered since it was packed; remove it, then deploy again to build it anew");
            file.Position = 0;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
