using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>
/// A folder held by descriptor. What is in it is reached through that and never through a link, so that whoever owns the folder cannot lead
/// a more privileged process elsewhere by a swap. Names are bytes that end in NUL: Linux lets them be no text.
/// </summary>
sealed unsafe partial class HeldFolder : IDisposable
{
    /// <summary>Begins the name that a deep folder has beside the tree while that is removed.</summary>
    public const string BeingRemoved = ".removing-";

    const int CurrentFolder = -100;
    const int NonBlocking = 0x800;
    const int CloseOnExec = 0x80000;
    const int NoFollow = 0x100;
    const int RemoveFolder = 0x200;
    const uint OwnerOnly = 0x1C0; // 0700

    /// <summary>Deeper folders are first moved up, so that neither descriptors nor the stack run out.</summary>
    const int Deep = 64;

    readonly int _fd;

    HeldFolder(int fd) => _fd = fd;

    static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;
    static int FolderOnly => IsX64 ? 0x10000 : 0x4000;
    static int NoLinks => IsX64 ? 0x20000 : 0x8000;

    /// <summary>Null when it is not there.</summary>
    /// <exception cref="IOException">It is no folder, or may not be read.</exception>
    public static HeldFolder? Open(string path)
    {
        fixed (byte* name = Name(path))
            return Open(CurrentFolder, name, path);
    }

    /// <summary>A folder in this one. Null when it is gone.</summary>
    public HeldFolder? Enter(ReadOnlySpan<byte> name)
    {
        fixed (byte* at = name)
            return Open(_fd, at, Text(name));
    }

    /// <summary>All names in it, in the order of their bytes.</summary>
    public List<byte[]> Names()
    {
        var names = new List<byte[]>();
        fixed (byte* here = "."u8)
        {
            var stream = fdopendir(openat(_fd, here, FolderOnly | CloseOnExec, 0));
            if (stream == 0)
                throw Failure("cannot list a folder");
            // struct dirent, the same in glibc and musl on 64-bit machines: inode, offset, length, kind, name.
            while (readdir(stream) is var entry && entry != null)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add([.. name, 0]);
            }
            _ = closedir(stream);
        }
        names.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    /// <summary>Its kind, and whether its owner may execute it. Null when it is gone.</summary>
    public (FileKind Kind, bool Executable)? Look(ReadOnlySpan<byte> name)
    {
        var stat = stackalloc byte[256];
        const uint WantMode = 3;
        fixed (byte* at = name)
        {
            if (statx(_fd, at, NoFollow, WantMode, stat) != 0)
                return Errno.Last == Errno.NoEntry ? null : throw Failure($"cannot look at {Text(name)}");
        }
        var mode = *(ushort*)(stat + 28);
        var kind = (mode & 0xF000) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xA000 => FileKind.Link, _ => FileKind.Other };
        return (kind, (mode & 0x40) != 0);
    }

    public SafeFileHandle OpenFile(ReadOnlySpan<byte> name)
    {
        fixed (byte* at = name)
        {
            var fd = openat(_fd, at, NoLinks | NonBlocking | CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure($"cannot read {Text(name)}");
        }
    }

    /// <summary>What a link says, as it stands.</summary>
    public byte[] ReadLink(ReadOnlySpan<byte> name)
    {
        var target = new byte[4096];
        fixed (byte* at = name, into = target)
        {
            var length = readlinkat(_fd, at, into, target.Length);
            return length >= 0 ? target[..(int)length] : throw Failure($"cannot read the link {Text(name)}");
        }
    }

    /// <summary>Removes an entry, and all that is in it when it is a folder.</summary>
    public void RemoveTree(ReadOnlySpan<byte> name)
    {
        // Each turn takes the top of it away, and moves what lies too deep up to here for the next.
        var moved = new Queue<byte[]>();
        Remove(name, 0, this, moved);
        while (moved.TryDequeue(out var next))
            Remove(next, 0, this, moved);
    }

    public void Dispose() => close(_fd);

    /// <summary>A name as the calls here take it.</summary>
    public static byte[] Name(string name) => Encoding.UTF8.GetBytes(name + '\0');

    void Remove(ReadOnlySpan<byte> name, int depth, HeldFolder top, Queue<byte[]> moved)
    {
        fixed (byte* at = name)
        {
            if (unlinkat(_fd, at, 0) == 0 || Errno.Last == Errno.NoEntry)
                return;
            // Linux says EISDIR of a folder; POSIX, and some file systems, EPERM.
            if (Errno.Last is not (Errno.IsFolder or Errno.Perm))
                throw Failure($"cannot remove {Text(name)}");
            // Root reads and writes everything. Anybody else can only meet folders of their own user here.
            if (!Users.IsRoot && Look(name) is { Kind: FileKind.Folder })
                _ = fchmodat(_fd, at, OwnerOnly, 0);
            if (depth == Deep)
            {
                MoveUp(at, top, moved);
                return;
            }
            using (var folder = Open(_fd, at, Text(name)))
            {
                foreach (var child in folder?.Names() ?? [])
                    folder!.Remove(child, depth + 1, top, moved);
            }
            if (unlinkat(_fd, at, RemoveFolder) != 0 && Errno.Last != Errno.NoEntry)
                throw Failure($"cannot remove the folder {Text(name)}");
        }
    }

    void MoveUp(byte* at, HeldFolder top, Queue<byte[]> moved)
    {
        var name = Name(BeingRemoved + Guid.NewGuid().ToString("N"));
        fixed (byte* free = name)
        {
            if (renameat(_fd, at, top._fd, free) != 0)
                throw Failure("cannot remove a deep folder");
        }
        moved.Enqueue(name);
    }

    static HeldFolder? Open(int at, byte* name, string shown)
    {
        var fd = openat(at, name, FolderOnly | NoLinks | CloseOnExec, 0);
        return fd >= 0 ? new HeldFolder(fd) : Errno.Last == Errno.NoEntry ? null : throw Failure($"cannot enter {shown}");
    }

    static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name.TrimEnd((byte)0));

    static IOException Failure(string what) => new($"{what}: {Errno.Text(Errno.Last)}", Errno.Last);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int folder, byte* name, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial byte* readdir(nint stream);

    [LibraryImport("libc")]
    private static partial int closedir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int folder, byte* name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat(int oldFolder, byte* oldName, int newFolder, byte* newName);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmodat(int folder, byte* name, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(int folder, byte* name, byte* target, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int folder, byte* name, int flags, uint mask, byte* stat);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
