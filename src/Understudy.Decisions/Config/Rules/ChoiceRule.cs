using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>One of a few words.</summary>
public sealed class ChoiceRule(params string[] words) : ScalarRule<string>
{
    public override string Expected => $"one of {Range}";

    public override string Range => string.Join(", ", words);

    protected override Complaint? Read(ConfigScalar scalar, out string value)
    {
        value = scalar.Text;
        if (words.Contains(value))
            return null;
        var near = words.FirstOrDefault(word => scalar.Text.EndsWith(word, StringComparison.OrdinalIgnoreCase)) ?? Nearest.Word(scalar.Text, words);
        return Unexpected(scalar, near is null ? null : $"did you mean {near}?");
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enum");
        foreach (var word in words)
            writer.WriteStringValue(word);
        writer.WriteEndArray();
    }
}
