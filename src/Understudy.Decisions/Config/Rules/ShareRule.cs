using System.Globalization;
using System.Text.Json;
using Understudy.Decisions.Workers;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A number of workers, or per cent of the pool's.</summary>
public sealed class ShareRule(int most) : ScalarRule<WorkerShare>
{
    public override string Expected => $"a number of workers or a share of them, such as 2 or 25%, from {Range}";

    public override string Range => $"1 to {most.ToString("N0", CultureInfo.InvariantCulture)}, or 1% to 100%";

    protected override Complaint? Read(ConfigScalar scalar, out WorkerShare value)
    {
        var text = scalar.Text.Trim();
        var percent = text.EndsWith('%');
        var known = int.TryParse(percent ? text[..^1].TrimEnd() : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        value = new WorkerShare(number, percent);
        return !known || number < 1 || number > (percent ? 100 : most) ? Unexpected(scalar) : null;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("integer");
        writer.WriteStringValue("string");
        writer.WriteEndArray();
        writer.WriteNumber("minimum", 1);
        writer.WriteNumber("maximum", most);
        writer.WriteString("pattern", "^[1-9][0-9]{0,2} ?%?$");
    }
}
