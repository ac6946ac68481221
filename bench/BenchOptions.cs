using System.Globalization;

namespace Understudy.Bench;

/// <summary>What the caller asked for.</summary>
/// <param name="Name">proxy, deploy, processes or fleet.</param>
/// <param name="Quick">Short: shows that everything works; the figures are rough.</param>
/// <param name="Rounds">Of the proxies.</param>
/// <param name="Binary">The understudy to measure.</param>
sealed record BenchOptions(string Name, bool Quick, int Rounds, string Binary)
{
    public const string Usage = """
        Usage: bench/run proxy [--quick] [--rounds N] [--binary PATH]
               bench/run deploy [--quick] [--binary PATH]
               bench/run processes [--quick] [--binary PATH]
               bench/run fleet [--quick] [--binary PATH]
          --quick        short, one round, four deploys or fewer forks: shows that everything works, the figures are rough
          --rounds N     1 to 9; default 3
          --binary PATH  the understudy to measure; default out/understudy
        """;

    public string Native(string program) => Path.GetFullPath(Path.Combine("out/bench/build", program));

    /// <summary>Null: the caller needs the usage.</summary>
    public static BenchOptions? Parse(string[] args)
    {
        if (args.Length == 0 || args[0] is not ("proxy" or "deploy" or "processes" or "fleet"))
            return null;
        var options = new BenchOptions(args[0], false, 3, Path.GetFullPath("out/understudy"));
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--quick")
                options = options with { Quick = true, Rounds = 1 };
            else if (options.Name == "proxy" && args[i] == "--rounds" && i + 1 < args.Length && int.TryParse(args[++i], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is >= 1 and <= 9)
                options = options with { Rounds = rounds };
            else if (args[i] == "--binary" && i + 1 < args.Length)
                options = options with { Binary = Path.GetFullPath(args[++i]) };
            else
                return null;
        }
        return options;
    }
}
