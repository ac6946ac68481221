namespace Understudy.Bench;

/// <summary>Every value measured, by figure and by who was measured; and what could not be.</summary>
sealed class Measurements
{
    public const string Ours = "understudy";
    public const string Peer = "haproxy";
    public const string OtherPeer = "nginx";

    readonly Dictionary<(Figure, string), Series> _series = [];

    public List<string> Failures { get; } = [];

    /// <summary>Most of a core, in percent, that something other than the benchmark used while a load ran.</summary>
    public double ForeignPercent { get; private set; }

    /// <summary>One part of a run; the next goes on where it fails.</summary>
    public void Attempt(string what, Progress progress, Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            Failures.Add($"{what}: {failure.Message.TrimEnd()}");
            progress.Say($"NOT MEASURED: {Failures[^1]}");
        }
    }

    public void Add(Figure figure, string who, double value)
    {
        if (!_series.TryGetValue((figure, who), out var series))
            _series[(figure, who)] = series = new Series();
        series.Add(value);
    }

    public void SawForeign(double percent) => ForeignPercent = Math.Max(ForeignPercent, percent);

    public Series? Of(Figure figure, string who) => _series.GetValueOrDefault((figure, who));

    public double? Value(Figure figure, string who) => Of(figure, who) is { } series ? figure.Value(series) : null;

    /// <summary>Ours by the peer's; null where the peer was not measured, has none or does less.</summary>
    public double? Ratio(Figure figure) => figure.Comparable && Value(figure, Ours) is { } ours && Value(figure, Peer) is { } peer and > 0 ? ours / peer : null;
}
