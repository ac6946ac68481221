using System.Globalization;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A time with its unit: 500ms, 30s, 5m, 24h or 7d.</summary>
public sealed class DurationRule(TimeSpan least, TimeSpan most) : ScalarRule<TimeSpan>
{
    static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    public override string Expected => $"a duration such as 30s, from {Range}";

    public override string Range => $"{Written(least)} to {Written(most)}";

    protected override Complaint? Read(ConfigScalar scalar, out TimeSpan value)
    {
        value = default;
        var text = scalar.Text.Trim();
        var number = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "]);
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return Unexpected(scalar);
        var unit = text[number.Length..].Trim();
        if (unit.Length == 0)
            return new Complaint($"has no unit: {Shown(text)}", $"write {number}s for seconds; units are ms, s, m, h and d");
        var length = Units.FirstOrDefault(known => known.Unit == unit).Length;
        if (length == default)
            return Unexpected(scalar, "units are ms, s, m, h and d");
        if (count > (decimal)TimeSpan.MaxValue.Ticks / length.Ticks)
            return Unexpected(scalar);
        value = new TimeSpan((long)(count * length.Ticks));
        return value < least || value > most ? Unexpected(scalar) : null;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", @"^[0-9]+(\.[0-9]+)? ?(ms|s|m|h|d)$");
    }

    /// <summary>A duration in the largest unit that says it in whole numbers.</summary>
    public static string Written(TimeSpan duration)
    {
        var (unit, length) = Units.Last(known => duration.Ticks % known.Length.Ticks == 0 && (duration >= known.Length || known.Unit == "ms"));
        return duration == TimeSpan.Zero ? "0s" : $"{duration.Ticks / length.Ticks}{unit}";
    }
}
