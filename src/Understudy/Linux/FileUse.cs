using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>What a file takes on the disk, and since when it has been there.</summary>
/// <param name="Bytes">Holes do not count.</param>
/// <param name="MadeAt">Null where the file system does not keep it.</param>
readonly record struct FileUse(long Bytes, DateTimeOffset? MadeAt, DateTimeOffset ChangedAt)
{
    /// <summary>Null: there is no such file, or it may not be looked at.</summary>
    public static FileUse? Of(string path) => FileUseCall.Of(path);
}

static unsafe partial class FileUseCall
{
    const int CurrentFolder = -100;
    const uint Blocks = 0x400;
    const uint Changed = 0x40;
    const uint Made = 0x800;

    public static FileUse? Of(string path)
    {
        // struct statx: mask at 0, 512-byte blocks at 48, birth at 80, change of its content at 112.
        var stat = stackalloc byte[256];
        if (statx(CurrentFolder, path, 0, Blocks | Changed | Made, stat) != 0)
            return null;
        return new FileUse(*(long*)(stat + 48) * 512, (*(uint*)stat & Made) != 0 ? DateTimeOffset.FromUnixTimeSeconds(*(long*)(stat + 80)) : null, DateTimeOffset.FromUnixTimeSeconds(*(long*)(stat + 112)));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* stat);
}
