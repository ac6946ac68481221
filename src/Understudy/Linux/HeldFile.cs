using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>
/// A kernel file opened beforehand, to be read again and again, or written to in an emergency, without allocating anything. Not to be
/// disposed while another thread uses it.
/// </summary>
sealed unsafe partial class HeldFile : IDisposable
{
    const int ReadOnly = 0;
    const int WriteOnly = 1;
    const int CloseOnExec = 0x80000;

    int _fd;

    HeldFile(int fd) => _fd = fd;

    /// <summary>Null when there is no such file, or it may not be read.</summary>
    public static HeldFile? Open(string path) => Open(path, ReadOnly);

    /// <summary>Null when there is no such file, or it may not be written.</summary>
    public static HeldFile? OpenWriting(string path) => Open(path, WriteOnly);

    /// <summary>From its beginning. Bytes read, at most the buffer's length; -1 when it cannot be read any more, as when its cgroup or process is gone.</summary>
    public int Read(Span<byte> buffer)
    {
        var total = 0;
        fixed (byte* start = buffer)
        {
            // Kernel files answer a short read at a time.
            while (total < buffer.Length)
            {
                var read = (int)pread(_fd, start + total, buffer.Length - total, total);
                if (read < 0)
                    return -1;
                if (read == 0)
                    break;
                total += read;
            }
        }
        return total;
    }

    /// <summary>One write. False when the kernel refuses it.</summary>
    public bool Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            return write(_fd, start, bytes.Length) == bytes.Length;
    }

    public void Dispose()
    {
        if (_fd >= 0)
            _ = close(_fd);
        _fd = -1;
    }

    static HeldFile? Open(string path, int flags)
    {
        var fd = open(path, flags | CloseOnExec, 0);
        return fd < 0 ? null : new HeldFile(fd);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial nint pread(int fd, byte* buffer, nint length, nint offset);

    [LibraryImport("libc")]
    private static partial nint write(int fd, byte* data, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
