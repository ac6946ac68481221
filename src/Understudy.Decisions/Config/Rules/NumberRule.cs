using System.Globalization;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A whole number within a range.</summary>
public sealed class NumberRule(long least, long most) : ScalarRule<long>
{
    public override string Expected => $"a whole number from {Range}";

    public override string Range => $"{Grouped(least)} to {Grouped(most)}";

    protected override Complaint? Read(ConfigScalar scalar, out long value)
    {
        if (!long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return Unexpected(scalar);
        if (scalar.Quoted)
            return new Complaint($"expected a number, found the text {Shown(scalar.Text)}", "remove the quotes");
        return value < least || value > most ? Unexpected(scalar) : null;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", least);
        writer.WriteNumber("maximum", most);
    }

    static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
