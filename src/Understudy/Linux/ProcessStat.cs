using System.Text;

namespace Understudy.Linux;

/// <summary>The fields of /proc/PID/stat that identify a process and tell whether it can run.</summary>
/// <param name="State">R, S, D, T, t, Z, X or I, as in proc(5).</param>
/// <param name="StartTicks">Field 22, in clock ticks since boot.</param>
public readonly record struct ProcessStat(char State, int Parent, long StartTicks)
{
    /// <summary>USER_HZ: 100 on every Linux that .NET runs on.</summary>
    public const int TicksPerSecond = 100;

    static readonly ProcessTable Table = new();

    /// <summary>Of the thread that leads it, at most 15 bytes; it may rename itself.</summary>
    public string Name { get; init; } = "";

    /// <summary>Resident memory as field 24 has it.</summary>
    public long ResidentBytes { get; init; }

    public TimeSpan StartedAt => TimeSpan.FromSeconds((double)StartTicks / TicksPerSecond);

    /// <summary>Null when no such process lives, or it may not be read.</summary>
    /// <param name="proc">/proc, or a folder like it.</param>
    public static ProcessStat? Read(int pid, string proc = "/proc") => (proc == Table.Root ? Table : new ProcessTable(proc)).Stat(pid);

    /// <summary>Null for what is no such line.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> line)
    {
        // The command name may hold spaces and parentheses; the last one closes it.
        var open = line.IndexOf((byte)'(');
        var end = line.LastIndexOf((byte)')');
        if (open < 0 || end < open || end + 2 >= line.Length)
            return null;
        var fields = line[(end + 2)..];
        return KernelFields.Number(fields, 1) is { } parent && KernelFields.Number(fields, 19) is { } start && KernelFields.Number(fields, 21) is { } pages
            ? new ProcessStat((char)fields[0], (int)parent, start) { Name = Encoding.UTF8.GetString(line[(open + 1)..end]), ResidentBytes = pages * Environment.SystemPageSize }
            : null;
    }
}
