using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>A regular file below a folder, open for reading. The kernel sees to it that no symlink and no `..` on the way leads out of the folder.</summary>
sealed unsafe partial class FileBeneath : IDisposable
{
    const int PathOnly = 0x200000;
    const int CloseOnExec = 0x80000;
    // Opening a pipe that was put there would wait for its writer.
    const int NonBlocking = 0x800;
    const int NoTerminal = 0x100;
    const int NoMagicLinks = 0x02;
    const int Beneath = 0x08;
    const int SyscallOpenAt2 = 437;

    const int EmptyPath = 0x1000;
    const uint TypeSizeAndTimeWanted = 0x1 | 0x200 | 0x40;
    const int TypeMask = 0xF000;
    const int RegularFile = 0x8000;

    /// <summary>A rename anywhere at the moment of a look-up with `..` in a symlink makes it uncertain, and the kernel asks to try again.</summary>
    const int Tries = 3;

    FileBeneath(SafeFileHandle handle, long length, DateTimeOffset written)
    {
        Handle = handle;
        Length = length;
        Written = written;
    }

    public SafeFileHandle Handle { get; }

    public long Length { get; }

    public DateTimeOffset Written { get; }

    /// <summary>Null: it is not there, leads out of the folder, may not be read, is no regular file, or the kernel (before 5.6, or a sandbox) cannot make sure.</summary>
    /// <param name="path">Relative to the folder.</param>
    public static FileBeneath? Open(string folder, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal)) return null;
        using var start = new SafeFileHandle(open(folder, PathOnly | CloseOnExec), ownsHandle: true);
        if (start.IsInvalid) return null;
        var how = new How { Flags = CloseOnExec | NonBlocking | NoTerminal, Resolve = Beneath | NoMagicLinks };
        for (var i = 0; i < Tries; i++)
        {
            var fd = (int)syscall_openat2(SyscallOpenAt2, start, path, &how, (nuint)sizeof(How));
            if (fd >= 0) return Regular(new SafeFileHandle(fd, ownsHandle: true));
            if (Errno.Last is not (Errno.Again or Errno.Interrupted)) break;
        }

        return null;
    }

    static FileBeneath? Regular(SafeFileHandle file)
    {
        var stat = stackalloc byte[256];
        if (statx(file, "", EmptyPath, TypeSizeAndTimeWanted, stat) == 0 && (*(ushort*)(stat + 28) & TypeMask) == RegularFile)
        {
            var written = DateTimeOffset.UnixEpoch.AddTicks((*(long*)(stat + 112) * TimeSpan.TicksPerSecond) + (*(uint*)(stat + 120) / 100));
            return new FileBeneath(file, *(long*)(stat + 40), written);
        }

        file.Dispose();
        return null;
    }

    public void Dispose() => Handle.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    struct How
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall_openat2(nint number, SafeFileHandle folder, string path, How* how, nuint size);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle folder, string path, int flags, uint mask, byte* stat);
}
