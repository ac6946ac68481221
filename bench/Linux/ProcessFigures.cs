using System.Globalization;

namespace Understudy.Bench.Linux;

/// <summary>What /proc says of a process, or of all processes together.</summary>
static class ProcessFigures
{
    // USER_HZ is 100 on every architecture that .NET runs on.
    const int TicksPerSecond = 100;

    /// <summary>CPU time so far, of living and ended threads.</summary>
    public static TimeSpan Cpu(int pid)
    {
        var fields = Stat(pid);
        return Ticks(fields, 14) + Ticks(fields, 15);
    }

    public static TimeSpan Cpu(IEnumerable<int> pids) => pids.Aggregate(TimeSpan.Zero, (sum, pid) => sum + Cpu(pid));

    /// <summary>CPU time of this process's ended children that were waited for.</summary>
    public static TimeSpan EndedChildrenCpu()
    {
        var fields = Stat(Environment.ProcessId);
        return Ticks(fields, 16) + Ticks(fields, 17);
    }

    /// <summary>Field 22, which with the pid is a process's identity.</summary>
    public static long StartTicks(int pid) => Number(Stat(pid), 22);

    /// <summary>The process and all below it.</summary>
    public static IReadOnlyList<int> Tree(int pid)
    {
        var tree = new List<int> { pid };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(Directory.EnumerateDirectories($"/proc/{tree[i]}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
        return tree;
    }

    /// <summary>Resident and proportional memory together, in MB of 1,000,000 bytes.</summary>
    public static MemoryFigures Memory(IEnumerable<int> pids) => pids.Select(Memory).Aggregate((a, b) => new(a.RssMb + b.RssMb, a.PssMb + b.PssMb));

    static MemoryFigures Memory(int pid)
    {
        var lines = File.ReadAllLines($"/proc/{pid}/smaps_rollup");
        return new(Kilobytes(lines, "Rss:"), Kilobytes(lines, "Pss:"));
    }

    static double Kilobytes(string[] lines, string name) =>
        double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;

    // A name may contain spaces and brackets: the fields from the third on follow the last bracket.
    static string[] Stat(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    static long Number(string[] fields, int field) => long.Parse(fields[field - 3], CultureInfo.InvariantCulture);

    static TimeSpan Ticks(string[] fields, int field) => TimeSpan.FromSeconds((double)Number(fields, field) / TicksPerSecond);
}
