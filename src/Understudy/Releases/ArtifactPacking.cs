using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>Writes the tar of a folder that another user may have built: links are kept as they are and never followed.</summary>
sealed class ArtifactPacking
{
    const int Deepest = 200;
    const int LongestPath = 3_000;
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly TarWriter _tar;
    readonly string _folder;
    readonly CancellationToken _cancellation;

    ArtifactPacking(TarWriter tar, string folder, CancellationToken cancellation) => (_tar, _folder, _cancellation) = (tar, folder, cancellation);

    /// <summary>Makes the file, and hashes what it writes.</summary>
    public static (string Sha256, long Bytes) Write(string folder, string path, CancellationToken cancellation)
    {
        using var root = HeldFolder.Open(folder) ?? throw new IOException($"{folder} is gone, so there is nothing to pack; deploy again");
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        using var sha256 = SHA256.Create();
        using (var hashed = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true))
        using (var buffered = new BufferedStream(hashed, 128 * 1024))
        using (var gzip = new GZipStream(buffered, CompressionLevel.Fastest))
        // Not pax: .NET writes its own process id into pax headers, so that no two archives would be equal.
        using (var tar = new TarWriter(gzip, TarEntryFormat.Gnu))
            new ArtifactPacking(tar, folder, cancellation).Add(root, "", 0);
        file.Flush(flushToDisk: true);
        return (Convert.ToHexStringLower(sha256.Hash!), file.Length);
    }

    void Add(HeldFolder folder, string prefix, int depth)
    {
        if (depth > Deepest || prefix.Length > LongestPath)
            throw new IOException($"{_folder} has folders nested deeper than {Deepest} or with paths longer than {LongestPath} characters, beginning with {prefix[..60]}; a release cannot hold them");
        foreach (var name in folder.Names())
        {
            _cancellation.ThrowIfCancellationRequested();
            if (depth == 0 && name.AsSpan().SequenceEqual(".git\0"u8))
                continue;
            var path = prefix + NameOf(name, prefix);
            if (folder.Look(name) is not { } found)
                continue;
            switch (found.Kind)
            {
                case FileKind.File:
                    using (var content = new FileStream(folder.OpenFile(name), FileAccess.Read, 0))
                        Write(new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = content }, found.Executable);
                    break;
                case FileKind.Link:
                    Write(new GnuTarEntry(TarEntryType.SymbolicLink, path) { LinkName = Text(folder.ReadLink(name), path) }, executable: true);
                    break;
                case FileKind.Folder when folder.Enter(name) is { } child:
                    using (child)
                    {
                        Write(new GnuTarEntry(TarEntryType.Directory, path + "/"), executable: true);
                        Add(child, path + "/", depth + 1);
                    }
                    break;
            }
        }
    }

    void Write(GnuTarEntry entry, bool executable)
    {
        entry.Mode = executable ? Executable : Plain;
        entry.ModificationTime = entry.AccessTime = entry.ChangeTime = DateTimeOffset.UnixEpoch;
        (entry.Uid, entry.Gid) = (0, 0);
        _tar.WriteEntry(entry);
    }

    string NameOf(byte[] name, string prefix) => Text(name.AsSpan(0, name.Length - 1), prefix);

    string Text(ReadOnlySpan<byte> bytes, string where)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new IOException($"{Path.Combine(_folder, where)} has a file name or a link that is not UTF-8 (\"{Encoding.UTF8.GetString(bytes)}\"), and a release cannot hold it; rename it");
        }
    }
}
