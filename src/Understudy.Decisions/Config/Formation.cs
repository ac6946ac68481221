using System.Globalization;
using System.Text.Json;

namespace Understudy.Decisions.Config;

/// <summary>Reads the worker counts that Heroku's app.json gives: {"formation": {"web": {"quantity": 2}}}.</summary>
public static class Formation
{
    /// <summary>The quantities by process type; nothing where the file has no formation (other tools use the name too).</summary>
    public static ConfigMap Read(string text, string file, ConfigErrors errors)
    {
        var entries = new List<ConfigEntry>();
        var place = new ConfigPlace(file);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 });
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("formation", out var formation))
                AddAll(formation, place, entries, errors);
        }
        catch (JsonException error)
        {
            var at = new ConfigPlace(file, (int)(error.LineNumber ?? -1) + 1, (int)(error.BytePositionInLine ?? 0) + 1);
            errors.Add(at, "", "is not JSON from here on", "correct it, or remove the file if nothing needs it");
        }
        return new ConfigMap(entries, place);
    }

    static void AddAll(JsonElement formation, ConfigPlace place, List<ConfigEntry> entries, ConfigErrors errors)
    {
        if (formation.ValueKind != JsonValueKind.Object)
        {
            errors.Add(place, "formation", "expected process types by name");
            return;
        }
        foreach (var process in formation.EnumerateObject())
        {
            if (process.Value.ValueKind != JsonValueKind.Object || !process.Value.TryGetProperty("quantity", out var quantity))
                continue;
            if (quantity.ValueKind != JsonValueKind.Number || !quantity.TryGetInt32(out var count) || count is < 0 or > 1_000)
                errors.Add(place, $"formation.{process.Name}.quantity", "expected a whole number from 0 to 1,000");
            else
                entries.Add(new ConfigEntry(
                    new ConfigScalar(process.Name.ToLowerInvariant().Replace('_', '-'), false, place),
                    new ConfigScalar(count.ToString(CultureInfo.InvariantCulture), false, place)));
        }
    }
}
