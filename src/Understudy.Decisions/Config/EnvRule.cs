using System.Text.Json;
using Understudy.Decisions.Config.Rules;

namespace Understudy.Decisions.Config;

/// <summary>The value of an environment variable: any single value as it is written; nothing is the empty text.</summary>
sealed class EnvRule : Rule<string>
{
    public override string Expected => "text";

    public override bool Bind(ConfigNode node, string path, ConfigErrors errors, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string value)
    {
        value = null;
        if (node is not ConfigScalar scalar)
            return Refuse(node, path, errors);
        value = scalar.IsNothing ? "" : scalar.Text;
        if (!value.Contains('\0', StringComparison.Ordinal))
            return true;
        errors.Add(node.Place, path, "contains a NUL character, which an environment cannot carry");
        return false;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        foreach (var type in (string[])["string", "number", "boolean", "null"])
            writer.WriteStringValue(type);
        writer.WriteEndArray();
    }
}
