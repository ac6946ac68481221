using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>A process held by file descriptor, so that a reused pid is never touched.</summary>
public sealed partial class PidFd : SafeHandleZeroOrMinusOneIsInvalid
{
    const int IdTypePidFd = 3;
    const int WaitExited = 4;
    const int WaitNoHang = 1;

    PidFd(int fd, int pid) : base(ownsHandle: true)
    {
        SetHandle(fd);
        Pid = pid;
    }

    public int Pid { get; }

    public int Descriptor => (int)handle;

    /// <summary>Null when no such process lives.</summary>
    public static PidFd? Open(int pid)
    {
        var fd = (int)syscall_pidfd_open(SyscallPidFdOpen, pid, 0);
        return fd < 0 ? null : new PidFd(fd, pid);
    }

    /// <summary>Null unless the process that lives under this pid is the one that started at these ticks.</summary>
    public static PidFd? Open(int pid, long startTicks)
    {
        if (pid <= 0 || Open(pid) is not { } held)
            return null;
        // Read after the descriptor is held: the pid cannot be reused between the two.
        if (ProcessStat.Read(pid) is { } stat && stat.StartTicks == startTicks && stat.State is not ('Z' or 'X'))
            return held;
        held.Dispose();
        return null;
    }

    /// <summary>False when the process is gone already.</summary>
    public bool Send(Signal signal) => syscall_pidfd_send_signal(SyscallPidFdSendSignal, Descriptor, (int)signal, 0, 0) == 0;

    /// <summary>Reaps an ended child. Null where it still lives or is not ours, so that its code is unknown.</summary>
    public unsafe ExitStatus? Reap()
    {
        SignalInfo info = default;
        if (waitid(IdTypePidFd, Descriptor, &info, WaitExited | WaitNoHang) != 0 || info.Pid == 0)
            return null;
        return info.Code == 1 ? ExitStatus.Exited(info.Status) : ExitStatus.Signalled(info.Status);
    }

    protected override bool ReleaseHandle() => close(handle) == 0;

    [StructLayout(LayoutKind.Sequential, Size = 128)]
    struct SignalInfo
    {
        public int Signal;
        public int Error;
        public int Code;
        readonly int _pad;
        public int Pid;
        public int Uid;
        public int Status;
    }

    // The two numbers are the same on every architecture (asm-generic since Linux 5.3).
    const long SyscallPidFdOpen = 434;
    const long SyscallPidFdSendSignal = 424;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_pidfd_open(long number, int pid, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_pidfd_send_signal(long number, int fd, int signal, nint info, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int waitid(int idType, int id, SignalInfo* info, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(nint fd);
}

/// <summary>How a process ended.</summary>
public readonly record struct ExitStatus(int Code, Signal? Signal)
{
    public static ExitStatus Exited(int code) => new(code, null);
    public static ExitStatus Signalled(int signal) => new(128 + signal, (Signal)signal);

    public override string ToString() => Signal is { } signal ? $"killed by SIG{signal.ToString().ToUpperInvariant()}" : $"exit code {Code}";
}
