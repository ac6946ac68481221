using System.Text;
using System.Text.Json;
using Understudy.Decisions.Config.Rules;

namespace Understudy.Decisions.Config;

/// <summary>The JSON Schemas by which editors complete and check the two files, made from the tables that the reader goes by.</summary>
public static class SchemaText
{
    public static string ForApp() => Write("understudy.yaml", AppKeys.Rule);

    public static string ForHost() => Write("agent.yaml", HostKeys.Rule);

    static string Write(string title, Rule rule)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", title);
            rule.WriteSchema(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }
}
