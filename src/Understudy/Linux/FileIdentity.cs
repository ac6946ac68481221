using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>What a path or an open file really is: its device and inode. Tells whether a file was renamed away or replaced.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Null: nothing is there, or it may not be looked at.</summary>
    public static FileIdentity? Of(string path) => Stat.Identity(Stat.CurrentFolder, path, 0);

    public static FileIdentity? Of(SafeFileHandle file) => Stat.Identity((int)file.DangerousGetHandle(), "", Stat.EmptyPath);

    /// <summary>Whether it is a file with content, and no folder, pipe, socket or device.</summary>
    public static bool IsRegular(SafeFileHandle file) => Stat.Type((int)file.DangerousGetHandle()) == Stat.RegularFile;
}

/// <summary>statx rather than stat: its layout is the same on every machine.</summary>
static unsafe partial class Stat
{
    public const int CurrentFolder = -100;
    public const int EmptyPath = 0x1000;
    public const int RegularFile = 0x8000;
    const uint InodeWanted = 0x100;
    const uint TypeWanted = 0x1;
    const int TypeMask = 0xF000;

    public static FileIdentity? Identity(int folder, string path, int flags)
    {
        var stat = stackalloc byte[256];
        if (statx(folder, path, flags, InodeWanted, stat) != 0) return null;
        return new FileIdentity(((ulong)*(uint*)(stat + 136) << 32) | *(uint*)(stat + 140), *(ulong*)(stat + 32));
    }

    public static int Type(int file)
    {
        var stat = stackalloc byte[256];
        return statx(file, "", EmptyPath, TypeWanted, stat) == 0 ? *(ushort*)(stat + 28) & TypeMask : 0;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, byte* stat);
}
