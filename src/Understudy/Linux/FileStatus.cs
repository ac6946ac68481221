using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>What lies at a path, no link followed.</summary>
/// <param name="Executable">By its owner.</param>
readonly record struct FileStatus(FileKind Kind, bool Executable, long Size)
{
    /// <summary>Null: nothing is there, or it may not be looked at.</summary>
    public static FileStatus? Of(string path) => StatusCall.Of(path);
}

static unsafe partial class StatusCall
{
    const int CurrentFolder = -100;
    const int NoFollow = 0x100;
    const uint TypeModeAndSize = 0x1 | 0x2 | 0x200;

    public static FileStatus? Of(string path)
    {
        // struct statx, the same on every architecture: stx_mode lies at offset 28, stx_size at 40.
        var stat = stackalloc byte[256];
        if (statx(CurrentFolder, path, NoFollow, TypeModeAndSize, stat) != 0)
            return null;
        var mode = *(ushort*)(stat + 28);
        var kind = (mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        return new FileStatus(kind, (mode & 0x40) != 0, *(long*)(stat + 40));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* stat);
}
