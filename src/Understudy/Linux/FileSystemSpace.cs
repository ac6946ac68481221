using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Space and inodes of the file system that a folder lies on.</summary>
/// <param name="FreeBytes">For who is not root.</param>
/// <param name="Inodes">0: it has no fixed number of them.</param>
readonly record struct FileSystemSpace(long Bytes, long FreeBytes, long Inodes, long FreeInodes)
{
    /// <summary>Null: there is no such folder, or it may not be looked at.</summary>
    public static FileSystemSpace? Of(string folder) => FileSystemCall.Of(folder);
}

static unsafe partial class FileSystemCall
{
    public static FileSystemSpace? Of(string folder)
    {
        // struct statvfs on 64-bit machines: block size, fragment size, blocks, free, available, inodes, free, available.
        var space = stackalloc ulong[32];
        if (statvfs(folder, space) != 0)
            return null;
        return new FileSystemSpace((long)(space[2] * space[1]), (long)(space[4] * space[1]), (long)space[5], (long)space[7]);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statvfs(string path, ulong* space);
}
