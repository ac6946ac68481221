using System.Runtime.InteropServices;

namespace Understudy.Linux;

public enum Signal
{
    Hup = 1, Int = 2, Quit = 3, Ill = 4, Trap = 5, Abrt = 6, Bus = 7, Fpe = 8, Kill = 9, Usr1 = 10, Segv = 11, Usr2 = 12,
    Pipe = 13, Alrm = 14, Term = 15, Chld = 17, Cont = 18, Stop = 19,
}

static partial class Signals
{
    /// <summary>To every process of a group; false when none is left.</summary>
    public static bool ToGroup(int group, Signal signal) => group > 1 && kill(-group, (int)signal) == 0;

    /// <summary>`TERM` and the like; null when it is none.</summary>
    public static Signal? Parse(string name) =>
        Enum.TryParse<Signal>(name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name, ignoreCase: true, out var signal) ? signal : null;

    /// <summary>
    /// Undoes what the .NET runtime changed and exec would hand on: an ignored SIGPIPE stays ignored across exec.
    /// </summary>
    public static unsafe void RestoreDefaults()
    {
        for (var number = 1; number < 65; number++)
        {
            // KILL and STOP cannot be set; 32 and 33 belong to libc's threads.
            if (number is not (9 or 19 or 32 or 33))
                _ = signal(number, 0);
        }
        var none = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        _ = sigprocmask(2, none, null);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc")]
    private static unsafe partial int sigprocmask(int how, byte* set, byte* old);
}
