namespace Understudy.Bench;

/// <summary>Something that is measured.</summary>
/// <param name="Name">As the results in out/bench have it.</param>
/// <param name="Label">For people.</param>
sealed record Figure(string Name, string Label, string Unit)
{
    /// <summary>What must be reached; null: told only.</summary>
    public Goal? Goal { get; init; }

    /// <summary>The worst round counts, not the median: a failure in one of three rounds is a failure.</summary>
    public bool WorstCounts { get; init; }

    /// <summary>What is counted is added up.</summary>
    public bool SumCounts { get; init; }

    /// <summary>False: the peer does less, so that its value stands beside ours without a ratio.</summary>
    public bool Comparable { get; init; } = true;

    public double Value(Series series) => SumCounts ? series.Sum : WorstCounts ? series.Max : series.Median;
}
