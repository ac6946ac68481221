using System.Runtime.InteropServices;

namespace Understudy.Bench.Linux;

static partial class Signals
{
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Term = 15;
    public const int Stop = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int pid, int signal);

    /// <summary>False: there is no such process.</summary>
    public static bool Send(int pid, int signal) => SendTo(pid, signal) == 0;
}
