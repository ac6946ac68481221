using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Reads whole kernel files into a buffer at hand: three system calls and no allocation, where File takes six and several.</summary>
static unsafe partial class RawFile
{
    const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Bytes read, at most the buffer's length; or minus the errno: -2 it is gone, -3 its process is, -13 it may not be read.</summary>
    /// <param name="path">Ends with a zero byte.</param>
    public static int Read(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        int fd;
        fixed (byte* name = path)
            fd = open(name, ReadOnlyCloseOnExec);
        if (fd < 0)
            return -Errno.Last;
        var total = 0;
        fixed (byte* start = buffer)
        {
            // Kernel files have no length and answer a short read at a time.
            while (total < buffer.Length)
            {
                var read = (int)RawFile.read(fd, start + total, buffer.Length - total);
                if (read < 0 && Errno.Last == Errno.Interrupted)
                    continue;
                if (read < 0)
                    total = -Errno.Last;
                if (read <= 0)
                    break;
                total += read;
            }
        }
        _ = close(fd);
        return total;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int fd, byte* buffer, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
