using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>A bell between threads that allocates nothing when it is waited for. Not to be disposed while another thread uses it.</summary>
sealed unsafe partial class EventFd : IDisposable
{
    const int CloseOnExec = 0x80000;
    const short Readable = 1;

    readonly int _fd;

    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refuses it.</exception>
    public EventFd()
    {
        _fd = eventfd(0, CloseOnExec);
        if (_fd < 0)
            throw Errno.Failure("cannot make a bell between threads");
    }

    /// <summary>Rings it, for good.</summary>
    public void Ring()
    {
        ulong one = 1;
        _ = write(_fd, &one, sizeof(ulong));
    }

    /// <summary>True once it was rung; false when the time has passed.</summary>
    public bool Wait(int milliseconds)
    {
        PollFd waiting = new() { Fd = _fd, Events = Readable };
        return poll(&waiting, 1, milliseconds) > 0;
    }

    public void Dispose() => _ = close(_fd);

    struct PollFd
    {
        public int Fd;
        public short Events;
        public short Found;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc")]
    private static partial int poll(PollFd* waiting, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial nint write(int fd, void* data, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
