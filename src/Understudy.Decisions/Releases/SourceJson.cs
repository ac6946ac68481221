using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Understudy.Decisions.Releases;

/// <summary>A manifest as it travels and is kept.</summary>
internal sealed record SourceDocument(IReadOnlyList<SourceFile> Files, IReadOnlyList<SourceLink> Links);

/// <summary>Strict: an unknown, missing, repeated or null member is an error, for a tree built from half a list would be a wrong release.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict)]
[JsonSerializable(typeof(SourceDocument))]
internal sealed partial class SourceJson : JsonSerializerContext
{
    /// <summary>Names beyond ASCII as themselves.</summary>
    public static SourceJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
