namespace Understudy.Bench.Deploys;

/// <summary>What is measured of deploys, of one app or of both.</summary>
sealed class DeployFigures
{
    const double MostOwnSeconds = 2;

    DeployFigures(string name, string label)
    {
        Failed = Counted("failed", "failed requests", "requests");
        Missing = Counted("missing_assets", "missing assets", "requests");
        Leftovers = Counted("leftover_processes", "leftover processes", "processes");
        Own = Timed("own_seconds", "Understudy's own share", "s") with { Goal = new(MostOwnSeconds) };
        Total = Timed("total_seconds", "command to all new (haproxy: restart)", "s") with { Comparable = false };
        Build = Timed("build_seconds", "of it build and release", "s");
        Boot = Timed("boot_seconds", "of it boots (haproxy: of one server)", "s") with { Comparable = false };
        P99 = Timed("p99_ms", "p99 during deploys", "ms");
        P99Before = Timed("p99_before_ms", "p99 before them", "ms");

        Figure Counted(string what, string words, string unit) => new($"{name}.{what}", label + words, unit) { SumCounts = true, Goal = new(0) };
        Figure Timed(string what, string words, string unit) => new($"{name}.{what}", label + words, unit);
    }

    public static DeployFigures Both { get; } = new("deploy", "");

    public static IReadOnlyDictionary<string, DeployFigures> ByApp { get; } = Sample.All.ToDictionary(sample => sample.Name, sample => new DeployFigures("deploy." + sample.Name, sample.Name + ": "));

    public static IReadOnlyList<Figure> All { get; } = [.. ByApp.Values.Prepend(Both).SelectMany(figures => figures.Each)];

    public Figure Failed { get; }
    public Figure Missing { get; }
    public Figure Leftovers { get; }
    public Figure Own { get; }
    public Figure Total { get; }
    public Figure Build { get; }
    public Figure Boot { get; }
    public Figure P99 { get; }
    public Figure P99Before { get; }

    IReadOnlyList<Figure> Each => [Failed, Missing, Leftovers, Own, Total, Build, Boot, P99, P99Before];
}
