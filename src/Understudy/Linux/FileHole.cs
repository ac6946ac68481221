using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>Holes in files: ranges that read as zeros and take no space, made while others go on appending.</summary>
static partial class FileHole
{
    const int KeepSize = 1;
    const int PunchHole = 2;
    const int SeekData = 3;

    const int NoSuchData = 6; // ENXIO
    const int NotSupported = 95; // EOPNOTSUPP
    const int NotImplemented = 38; // ENOSYS
    const int Invalid = 22; // EINVAL

    /// <summary>Gives a range's space back and leaves the file's size as it is. False where the file system cannot.</summary>
    /// <exception cref="IOException">It can, and failed.</exception>
    public static bool Punch(SafeFileHandle file, long start, long length)
    {
        if (length == 0 || fallocate(file, PunchHole | KeepSize, start, length) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error is NotSupported or NotImplemented ? false : throw new IOException(new Win32Exception(error).Message);
    }

    /// <summary>Where the next bytes that take space begin, at the offset or after it; null when there are none.</summary>
    public static long? NextData(SafeFileHandle file, long offset)
    {
        var next = lseek(file, offset, SeekData);
        if (next >= 0)
            return next;
        return Marshal.GetLastPInvokeError() switch
        {
            NoSuchData => null,
            Invalid => offset, // a file system without SEEK_DATA has no holes to skip
            var error => throw new IOException(new Win32Exception(error).Message),
        };
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fallocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle file, long offset, int whence);
}
