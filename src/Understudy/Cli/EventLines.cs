using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Events as lines: the moment in local time, what it is about, and the sentence.</summary>
internal sealed class EventLines(Screen screen, bool json, string? onlyApp)
{
    public void Write(IEnumerable<EventDocument> events)
    {
        foreach (var one in events.Where(one => onlyApp is null || one.App == onlyApp))
            screen.Line(json ? JsonSerializer.Serialize(one, JsonDocuments.Readable.EventDocument) : Line(one));
    }

    public void Write(IReadOnlyList<FleetEventDocument> events)
    {
        var shown = events.Where(one => onlyApp is null || one.Event.App == onlyApp).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(one => CellWidth.Of(SafeText.Of(one.Host)));
        foreach (var one in shown)
            screen.Line(json ? JsonSerializer.Serialize(one, JsonDocuments.Readable.FleetEventDocument) : $"{screen.PaintName(one.Host, SafeText.Of(one.Host).PadRight(width))}  {Line(one.Event)}");
    }

    string Line(EventDocument one)
    {
        var at = one.At.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var about = one.Worker ?? one.Pool ?? one.App ?? "host";
        var kind = SafeText.Of(one.Kind);
        return $"{screen.Paint(Ink.Faint, at)}  {screen.PaintName(about, SafeText.Of(about).PadRight(8))}  {screen.Paint(InkOf(one.Kind), kind.PadRight(16))}  {SafeText.Of(one.Message)}";
    }

    public static Ink InkOf(string kind) => kind == "schedule.ended" ? Ink.None : kind is "stale.found" or "process.moved" ? Ink.Warn : kind[(kind.IndexOf('.', StringComparison.Ordinal) + 1)..] switch
    {
        "crashed" or "crash-loop" or "killed" or "failed" or "ended" or "down" or "unkillable" => Ink.Bad,
        "ready" or "recovered" or "serving" or "up" => Ink.Good,
        _ => Ink.None,
    };
}
