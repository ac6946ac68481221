namespace Understudy.Bench.Loads;

/// <summary>What became of the requests of a time.</summary>
/// <param name="Failed">Without an answer of 2xx or 3xx, missing assets included.</param>
/// <param name="P99Ms">Of those that were answered well; null: none was.</param>
/// <param name="Failures">How many failed in which ways, the most frequent; empty: none did.</param>
sealed record LoadFigures(int Requests, int Failed, int Missing, double? P99Ms, double? SlowestMs, string Failures)
{
    const int MostKinds = 5;

    public static LoadFigures Of(IReadOnlyList<Asked> asked)
    {
        var took = asked.Where(one => one.Failure is null).Select(one => one.Took.TotalMilliseconds).Order().ToArray();
        var kinds = asked.Where(one => one.Failure is not null).GroupBy(one => one.Failure).OrderByDescending(kind => kind.Count()).Take(MostKinds).Select(kind => $"{kind.Count()} {kind.Key}");
        return new(asked.Count, asked.Count(one => one.Failure is not null), asked.Count(one => one.Missing),
            took.Length == 0 ? null : took[took.Length * 99 / 100], took.Length == 0 ? null : took[^1], string.Join(", ", kinds));
    }
}
