using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>true or false; YAML's older yes, no, on and off are refused by name, since readers disagree on them.</summary>
public sealed class FlagRule : ScalarRule<bool>
{
    public override string Expected => "true or false";

    protected override Complaint? Read(ConfigScalar scalar, out bool value)
    {
        value = scalar.Text == "true";
        if (!scalar.Quoted && scalar.Text is "true" or "false")
            return null;
        return Unexpected(scalar, scalar.Text.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "y" or "1" => "write true, without quotes",
            "false" or "no" or "off" or "n" or "0" => "write false, without quotes",
            _ => null,
        });
    }

    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteString("type", "boolean");
}
