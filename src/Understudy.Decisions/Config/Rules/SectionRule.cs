using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A section with known keys, built into a <typeparamref name="T"/> once they are read.</summary>
/// <param name="shortKey">The key that a single value stands for: `jobs: COMMAND` for `jobs: {command: COMMAND}`.</param>
public sealed class SectionRule<T>(IReadOnlyList<Key> keys, Func<Section, T> build, Key? shortKey = null) : Rule<T>
{
    public override string Expected =>
        (shortKey is null ? "" : $"{shortKey.Rule.Expected}, or ") + $"a section of {string.Join(", ", keys.Select(key => key.Name))}";

    public override IReadOnlyList<Key> Keys => keys;

    public override bool Bind(ConfigNode node, string path, ConfigErrors errors, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (AsMap(node) is not { } map)
            return Refuse(node, path, errors);
        var section = new Section(path[(path.LastIndexOf('.') + 1)..], path, errors);
        var seen = new Dictionary<string, ConfigPlace>();
        var good = true;
        foreach (var entry in map.Entries)
            good &= BindEntry(entry, path, section, seen, errors);
        foreach (var missing in keys.Where(key => key.Required && !seen.ContainsKey(key.Name)))
        {
            errors.Add(node.Place, path, $"needs `{missing.Name}:`", $"write {missing.Rule.Expected}");
            good = false;
        }
        if (keys.Any(key => key.Required && !section.Has(key)))
            return false;
        value = build(section)!;
        return good;
    }

    ConfigMap? AsMap(ConfigNode node) => node switch
    {
        ConfigMap map => map,
        ConfigScalar { IsNothing: false } when shortKey is not null => new ConfigMap([new(new(shortKey.Name, false, node.Place), node)], node.Place),
        _ => null,
    };

    bool BindEntry(ConfigEntry entry, string path, Section section, Dictionary<string, ConfigPlace> seen, ConfigErrors errors)
    {
        var name = entry.Key.Text;
        var entryPath = path.Length == 0 ? name : $"{path}.{name}";
        if (keys.FirstOrDefault(key => key.Name == name) is not { } key)
            errors.Add(entry.Key.Place, entryPath, "is not a known key", Suggest(name, errors.Table));
        else if (!seen.TryAdd(name, entry.Key.Place))
            errors.Add(entry.Key.Place, entryPath, $"is written twice; the first is on line {seen[name].Line}", "remove one");
        else
            return key.BindInto(section, entry.Value, entryPath, errors);
        return false;
    }

    string? Suggest(string name, KeyTable? table)
    {
        if (Nearest.Word(name, keys.Select(key => key.Name)) is { } near)
            return $"did you mean {near}?";
        return table?.SectionsWith(name) switch
        {
            [var elsewhere, ..] => $"it belongs under {elsewhere}",
            _ when table is not null && table.Keys.Any(key => key.Name == name) => "it belongs at the top of the file",
            _ => $"known here: {string.Join(", ", keys.Select(key => key.Name))}",
        };
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        if (shortKey is null)
        {
            WriteObject(writer);
            return;
        }
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        shortKey.Rule.WriteSchema(writer);
        writer.WriteEndObject();
        writer.WriteStartObject();
        WriteObject(writer);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    void WriteObject(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var key in keys)
            key.WriteSchema(writer);
        writer.WriteEndObject();
        if (keys.Where(key => key.Required && !key.MayStandElsewhere).ToList() is { Count: > 0 } required)
        {
            writer.WriteStartArray("required");
            foreach (var key in required)
                writer.WriteStringValue(key.Name);
            writer.WriteEndArray();
        }
        writer.WriteBoolean("additionalProperties", false);
    }
}
