using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Tells of each watched process's end, by pidfd, children and adopted ones alike. One thread waits for all.</summary>
public sealed unsafe partial class ProcessExits : IDisposable
{
    const int ControlAdd = 1;
    const uint Readable = 1;
    const int CloseOnExec = 0x80000;

    readonly ConcurrentDictionary<long, (PidFd Process, Action<ExitStatus?> Ended)> _watched = [];
    readonly int _epoll;
    readonly int _wake;
    long _next;

    public ProcessExits()
    {
        _epoll = epoll_create1(CloseOnExec);
        _wake = eventfd(0, CloseOnExec);
        if (_epoll < 0 || _wake < 0)
            throw Errno.Failure("cannot watch processes");
        Add(_wake, 0);
        new Thread(Wait) { IsBackground = true, Name = "process exits" }.Start();
    }

    /// <summary>Calls `ended` once, from the watching thread: with null where the exit code is unknown because the process is not our child. Owns the pidfd.</summary>
    public void Watch(PidFd process, Action<ExitStatus?> ended)
    {
        var key = Interlocked.Increment(ref _next);
        _watched[key] = (process, ended);
        Add(process.Descriptor, key);
    }

    public void Dispose()
    {
        ulong one = 1;
        _ = write(_wake, &one, sizeof(ulong));
    }

    void Wait()
    {
        // One event at a time: the kernel's array is packed on x86-64 only.
        EpollEvent happened;
        while (true)
        {
            var count = epoll_wait(_epoll, &happened, 1, -1);
            if (count < 0 && Errno.Last != Errno.Interrupted)
                return;
            if (count <= 0)
                continue;
            if (happened.Key == 0)
            {
                _ = close(_epoll);
                _ = close(_wake);
                return;
            }
            if (_watched.TryRemove(happened.Key, out var watched))
            {
                var status = watched.Process.Reap();
                watched.Process.Dispose();
                watched.Ended(status);
            }
        }
    }

    void Add(int fd, long key)
    {
        var wanted = new EpollEvent { Events = Readable, Key = key };
        if (epoll_ctl(_epoll, ControlAdd, fd, &wanted) != 0)
            throw Errno.Failure("cannot watch a process");
    }

    // Packed on x86-64 only, as the kernel's own struct is.
    struct EpollEvent
    {
        uint _events;
        uint _low;
        uint _high;
        uint _pad;

        public uint Events { readonly get => _events; set => _events = value; }

        public long Key
        {
            readonly get => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? _low | ((long)_high << 32) : _high | ((long)_pad << 32);
            set
            {
                if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
                    (_low, _high) = ((uint)value, (uint)(value >> 32));
                else
                    (_high, _pad) = ((uint)value, (uint)(value >> 32));
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int fd, EpollEvent* wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, EpollEvent* events, int most, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint start, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int fd, void* data, nint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
