using System.Globalization;
using System.Text.Json;

namespace Understudy.Bench;

/// <summary>The results: a table for people, and out/bench/NAME.json.</summary>
/// <param name="figures">In the order in which they are told.</param>
/// <param name="peer">What Measurements.Peer is called.</param>
/// <param name="other">What Measurements.OtherPeer is called.</param>
sealed class Report(Measurements measured, string name, IReadOnlyList<Figure> figures, string peer = Measurements.Peer, string other = Measurements.OtherPeer)
{
    int PeerWidth => Math.Max(10, peer.Length + 2);

    string JsonPath => $"out/bench/{name}.json";

    /// <summary>The exit code.</summary>
    public int Write()
    {
        Table();
        Goals();
        Reservations();
        Json();
        return measured.Failures.Count == 0 ? 0 : 1;
    }

    void Table()
    {
        Line();
        var third = figures.Any(figure => measured.Of(figure, Measurements.OtherPeer) is not null);
        Line($"{"",-46} {Measurements.Ours,10} {"min .. max",21} {peer.PadLeft(PeerWidth)} {"min .. max",21}{(third ? $" {other,10}" : "")} {("x " + peer).PadLeft(PeerWidth)}");
        foreach (var figure in figures)
        {
            var ratio = measured.Ratio(figure) is { } known ? known.ToString("N2", CultureInfo.InvariantCulture) : "";
            Line($"{figure.Label + ", " + figure.Unit,-46} {Cells(figure, Measurements.Ours, 10)} {Cells(figure, Measurements.Peer, PeerWidth)}{(third ? $" {Value(figure, Measurements.OtherPeer),10}" : "")} {ratio.PadLeft(PeerWidth)}");
        }
    }

    string Cells(Figure figure, string who, int width) =>
        measured.Of(figure, who) is { } series ? $"{Value(figure, who).PadLeft(width)} {Number(series.Min) + " .. " + Number(series.Max),21}" : new string(' ', width + 22);

    string Value(Figure figure, string who) => measured.Value(figure, who) is { } value ? Number(value) : "";

    void Goals()
    {
        Line();
        Line($"Goals");
        foreach (var figure in figures)
        {
            if (figure.Goal is not { } goal)
                continue;
            var (reached, unit) = goal.OfRatio ? (measured.Ratio(figure), $"x {peer}'s") : (measured.Value(figure, Measurements.Ours), figure.Unit);
            var (verdict, gap) = reached is not { } value ? ("not measured", "")
                : value <= goal.AtMost ? ("met", $": {Number(value)}")
                : ("MISSED", $": {Number(value)}, {Number(value - goal.AtMost)} too much");
            Line($"  {verdict,-13} {figure.Label}: at most {Number(goal.AtMost)} {unit}{gap}");
        }
    }

    void Reservations()
    {
        Line();
        if (measured.ForeignPercent > 10)
            Line($"The machine was not quiet: others used up to {measured.ForeignPercent:N0} % of a core. Measure again when it is: nothing above is sure.");
        foreach (var failure in measured.Failures)
            Line($"NOT MEASURED: {failure.Split('\n')[0]} (more above)");
    }

    void Json()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JsonPath)!);
        var results = figures.Where(figure => measured.Of(figure, Measurements.Ours) is not null).Select(Result).ToArray();
        File.WriteAllText(JsonPath, JsonSerializer.Serialize(new ResultsDocument(results), ResultsJson.Default.ResultsDocument) + "\n");
        Line($"All of it: {JsonPath}");
    }

    ResultDocument Result(Figure figure)
    {
        var ours = measured.Of(figure, Measurements.Ours)!;
        var theirs = measured.Value(figure, Measurements.Peer);
        return new(figure.Name, Rounded(figure.Value(ours)), figure.Unit, Rounded(ours.Min), Rounded(ours.Max),
            theirs is null ? null : peer, theirs is { } value ? Rounded(value) : null, measured.Ratio(figure) is { } ratio ? Rounded(ratio) : null);
    }

    static double Rounded(double value) => Math.Round(value, 3);

    static string Number(double value) => value.ToString(value >= 100 || value == Math.Floor(value) ? "N0" : value >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);

    static void Line(FormattableString? text = null) => Console.WriteLine(text?.ToString(CultureInfo.InvariantCulture) ?? "");
}
