using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>A file that several processes append to (O_APPEND). .NET's FileMode.Append only seeks to the end once, and they would overwrite each other.</summary>
internal static partial class AppendFile
{
    const int WriteOnly = 1;
    const int Create = 0x40;
    const int Append = 0x400;
    const int CloseOnExec = 0x80000;

    /// <summary>Created readable by its owner and group. Write with <see cref="RandomAccess"/>: the kernel ignores the offset.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        var fd = open(path, WriteOnly | Create | Append | CloseOnExec, 0x1A0);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw new IOException(Errno.Text(Errno.Last));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);
}
