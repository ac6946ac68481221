using System.Globalization;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A number of bytes with its unit: 400MB is 400,000,000 bytes, 64KiB is 65,536.</summary>
public sealed class SizeRule(long least, long most) : ScalarRule<long>
{
    static readonly (string Unit, long Bytes)[] Units =
    [
        ("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
    ];

    public override string Expected => $"a size such as 400MB or 64KiB, from {Range}";

    public override string Range => $"{Written(least)} to {Written(most)}";

    protected override Complaint? Read(ConfigScalar scalar, out long value)
    {
        value = 0;
        var text = scalar.Text.Trim();
        var number = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ "]);
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return Unexpected(scalar);
        var unit = text[number.Length..].Trim();
        if (unit.Length == 0)
            return new Complaint($"has no unit: {Shown(text)}", $"write {number}MB or {number}MiB");
        var bytes = Units.FirstOrDefault(known => known.Unit.Equals(unit, StringComparison.OrdinalIgnoreCase)).Bytes;
        if (bytes == 0)
            return Unexpected(scalar, "units are B, KB, MB, GB, TB (thousands) and KiB, MiB, GiB, TiB (1,024s)");
        if (count > long.MaxValue / bytes)
            return Unexpected(scalar);
        value = (long)(count * bytes);
        return value < least || value > most ? Unexpected(scalar) : null;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", @"^[0-9]+(\.[0-9]+)? ?([KkMmGgTt][Ii]?)?[Bb]$");
    }

    /// <summary>A size in the largest unit of thousands that says it in whole numbers.</summary>
    public static string Written(long bytes)
    {
        var (unit, size) = Units.Take(5).Last(known => bytes % known.Bytes == 0 && (bytes >= known.Bytes || known.Bytes == 1));
        return $"{bytes / size}{unit}";
    }
}
