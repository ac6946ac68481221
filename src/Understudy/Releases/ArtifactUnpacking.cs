using System.Formats.Tar;
using System.IO.Compression;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// Reads a tar into a folder that nobody else can enter until it is complete. Takes what the packing writes and nothing else: each entry
/// in a folder that came before it, links last, so that no entry is ever written through one.
/// </summary>
sealed class ArtifactUnpacking(string folder, User? owner, string artifact)
{
    const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Written between two looks at how full the disk is.</summary>
    const long LookEvery = 16_000_000;

    readonly HashSet<string> _names = [];
    readonly HashSet<string> _folders = [""];
    readonly List<(string Path, string Target)> _links = [];
    long _sinceLook = LookEvery;

    /// <summary>Makes the folder. What is there after a failure is to be removed.</summary>
    public static void Read(FileStream file, string folder, User? owner, Action<string>? whileClosed, CancellationToken cancellation)
    {
        Files.MakePrivateFolder(folder);
        new ArtifactUnpacking(folder, owner, file.Name).ReadAll(file, cancellation);
        whileClosed?.Invoke(folder);
        Give(folder, owner);
        File.SetUnixFileMode(folder, Executable);
    }

    void ReadAll(FileStream file, CancellationToken cancellation)
    {
        try
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            using var tar = new TarReader(gzip);
            while (tar.GetNextEntry() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(entry, cancellation);
            }
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Damaged(broken.Message);
        }
        foreach (var (path, target) in _links)
        {
            File.CreateSymbolicLink(path, target);
            Give(path, owner);
        }
    }

    void Add(TarEntry entry, CancellationToken cancellation)
    {
        var name = entry.EntryType == TarEntryType.Directory ? entry.Name.TrimEnd('/') : entry.Name;
        var slash = name.LastIndexOf('/');
        var last = name[(slash + 1)..];
        // What is not in the set of folders is above the folder, absolute, beneath a link, or was never packed.
        if (last is "" or "." or ".." || name.Contains('\0', StringComparison.Ordinal) || slash == 0 || !_folders.Contains(slash < 0 ? "" : name[..slash]))
            throw Damaged($"an entry is at \"{name}\"");
        if (!_names.Add(name))
            throw Damaged($"\"{name}\" is there twice");
        var path = Path.Combine(folder, name);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path, Executable);
                File.SetUnixFileMode(path, Executable);
                Give(path, owner);
                _folders.Add(name);
                break;
            case TarEntryType.RegularFile:
                Write(path, entry, cancellation);
                Give(path, owner);
                break;
            case TarEntryType.SymbolicLink when entry.LinkName.Length > 0:
                _links.Add((path, entry.LinkName));
                break;
            default:
                throw Damaged($"\"{name}\" is neither a file, a folder nor a link");
        }
    }

    void Write(string path, TarEntry entry, CancellationToken cancellation)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        if (entry.DataStream is { } content)
        {
            var buffer = new byte[128 * 1024];
            for (int count; (count = content.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                LeaveRoom(count);
                file.Write(buffer, 0, count);
            }
        }
        File.SetUnixFileMode(file.SafeFileHandle, (entry.Mode & UnixFileMode.UserExecute) != 0 ? Executable : Plain);
    }

    /// <summary>A release that fills the disk takes the site with it.</summary>
    void LeaveRoom(int bytes)
    {
        if ((_sinceLook += bytes) < LookEvery)
            return;
        _sinceLook = 0;
        if (DiskSpace.Lack(folder) is not null)
            throw new IOException($"the disk of {folder} is too full", Errno.NoSpace);
    }

    ArtifactDamaged Damaged(string how) => new($"the artifact {artifact} is damaged ({how}); remove it, then deploy again to build it anew");

    static void Give(string path, User? owner)
    {
        if (owner is not null)
            Users.GiveItself(path, owner);
    }
}
