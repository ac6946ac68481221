using System.Globalization;
using System.Text;

namespace Understudy.Linux;

/// <summary>The fields of /proc/PID/stat that identify a process and tell whether it can run.</summary>
/// <param name="State">R, S, D, T, t, Z, X or I, as in proc(5).</param>
/// <param name="StartTicks">Field 22, in clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int Parent, long StartTicks)
{
    /// <summary>USER_HZ: 100 on every Linux that .NET runs on.</summary>
    public const int TicksPerSecond = 100;

    public TimeSpan StartedAt => TimeSpan.FromSeconds((double)StartTicks / TicksPerSecond);

    /// <summary>Null when no such process lives, or it may not be read.</summary>
    /// <param name="proc">/proc, or a folder like it.</param>
    public static ProcessStat? Read(int pid, string proc = "/proc")
    {
        Span<byte> buffer = stackalloc byte[1024];
        var length = ProcFile.Read($"{proc}/{pid}/stat", buffer);
        // The command name may hold spaces and parentheses; the last one closes it.
        var line = buffer[..Math.Max(length, 0)];
        var end = line.LastIndexOf((byte)')');
        if (end < 0 || end + 2 >= line.Length)
            return null;
        var fields = Encoding.ASCII.GetString(line[(end + 2)..]).Split(' ');
        return fields.Length < 20
            ? null
            : new ProcessStat(fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
    }
}
