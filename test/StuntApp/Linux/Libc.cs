using System.Runtime.InteropServices;

namespace StuntApp.Linux;

internal static partial class Libc
{
    private const int SetFlags = 2;

    [LibraryImport("libc")]
    private static partial void _exit(int status);

    [LibraryImport("libc")]
    private static partial void abort();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc")]
    private static partial int getsid(int pid);

    [LibraryImport("libc")]
    private static partial int getpgid(int pid);

    [LibraryImport("libc")]
    private static partial int getppid();

    public static int Session => getsid(0);
    public static int Group => getpgid(0);
    public static int Parent => getppid();

    /// <summary>Ends the process without a word to anyone: no finalizer, no flush, no goodbye to clients.</summary>
    public static void ExitNow(int status) => _exit(status);

    public static void Abort() => abort();

    public static void SignalSelf(int signal) => _ = kill(Environment.ProcessId, signal);

    /// <summary>Lets children inherit the descriptor.</summary>
    public static void KeepAcrossExec(int descriptor) => _ = fcntl(descriptor, SetFlags, 0);
}
