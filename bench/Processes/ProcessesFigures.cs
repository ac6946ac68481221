namespace Understudy.Bench.Processes;

/// <summary>All that is measured of the truth about processes, in the order in which it is told.</summary>
static class ProcessesFigures
{
    public static readonly Figure Scan = new("connections.scan_600_ms", "scan for shared connections, 600 forks", "ms") { Goal = new(100) };
    public static readonly Figure Exact = new("memory.500_exact_ms", "`memory --exact`, 500 forks", "ms") { Goal = new(400) };
    public static readonly Figure Sampling = new("sampling.cpu_percent", "the agent with 20 workers: CPU", "% of a core") { Goal = new(1) };
    public static readonly Figure Detect = new("stale.detect_seconds", "from orphan to detection", "s") { Goal = new(2), WorstCounts = true };
    public static readonly Figure Missed = new("guard.missed_answers", "a leak of 20 MB/s: missed answers", "requests") { Goal = new(0), SumCounts = true };
    public static readonly Figure Freed = new("guard.freed_seconds", "from the first warning to memory enough", "s");
    public static readonly Figure SlowestAnswer = new("guard.max_ms", "the slowest answer meanwhile", "ms");

    static readonly Figure[] Default =
    [
        new("memory.10_ms", "`memory`, 10 forks", "ms"),
        new("memory.100_ms", "`memory`, 100 forks", "ms"),
        new("memory.500_ms", "`memory`, 500 forks", "ms") { Goal = new(100) },
    ];

    public static IReadOnlyList<Figure> All { get; } = [.. Default, Exact, Scan, Sampling, Detect, Missed, Freed, SlowestAnswer];

    /// <summary>The default table's time with so many forks.</summary>
    public static Figure Memory(int forks) => Default.Single(figure => figure.Name == $"memory.{forks}_ms");
}
