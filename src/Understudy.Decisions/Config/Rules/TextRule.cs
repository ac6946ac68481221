using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>Text on which a check may lie.</summary>
/// <param name="expected">What to write, such as "a page's path such as /up".</param>
/// <param name="check">Null when the text is good, else what is wrong with it.</param>
/// <param name="pattern">The check as a regular expression for editors, as far as one can say it.</param>
public sealed class TextRule(string expected, Func<string, string?>? check = null, string? pattern = null) : ScalarRule<string>
{
    /// <summary>Linux takes 128 KiB for one argument; this leaves room for what is put before a command.</summary>
    const int LongestText = 100_000;

    public override string Expected => expected;

    protected override Complaint? Read(ConfigScalar scalar, out string value)
    {
        value = scalar.Text.TrimEnd('\n');
        if (string.IsNullOrWhiteSpace(value))
            return new Complaint("is empty", $"write {Expected}, or remove the key");
        if (value.Contains('\0', StringComparison.Ordinal))
            return new Complaint("contains a NUL character");
        if (value.Length > LongestText)
            return new Complaint($"is longer than {LongestText} characters", "put it into a script and name that");
        return check?.Invoke(value) is { } wrong ? new Complaint(wrong, $"write {Expected}") : null;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        if (pattern is not null)
            writer.WriteString("pattern", pattern);
        else
            writer.WriteNumber("minLength", 1);
    }
}
