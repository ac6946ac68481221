using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>
/// Where a process that goes under says so, opened beforehand: standard error, which is the journal under systemd, and the kernel's own log,
/// which a cloud's console shows when nothing else answers any more.
/// </summary>
sealed unsafe partial class EmergencyLog : IDisposable
{
    const int StandardError = 2;
    const int DuplicateCloseOnExec = 1030;
    const int WriteOnly = 1;
    const int NonBlocking = 0x800;
    const int CloseOnExec = 0x80000;
    const short Writable = 4;

    readonly int _error;
    readonly int _kernel;

    /// <param name="kernel">Write to the kernel's log too, where that is allowed: for the host's service, not for each root of a test.</param>
    public EmergencyLog(bool kernel)
    {
        _error = fcntl(StandardError, DuplicateCloseOnExec, 3);
        _kernel = kernel ? open("/dev/kmsg", WriteOnly | NonBlocking | CloseOnExec, 0) : -1;
    }

    /// <summary>One line, its end included. Allocates nothing, and waits for nobody who does not read.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        fixed (byte* start = line)
        {
            if (_kernel >= 0)
                _ = write(_kernel, start, line.Length);
            PollFd ready = new() { Fd = _error, Events = Writable };
            if (_error >= 0 && poll(&ready, 1, 0) > 0)
                _ = write(_error, start, line.Length);
        }
    }

    public void Dispose()
    {
        if (_error >= 0)
            _ = close(_error);
        if (_kernel >= 0)
            _ = close(_kernel);
    }

    struct PollFd
    {
        public int Fd;
        public short Events;
        public short Found;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc")]
    private static partial int poll(PollFd* waiting, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial nint write(int fd, byte* data, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
