using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>Entries under names that the operator chooses, in the order written.</summary>
/// <param name="nameExpected">What a name looks like, such as "a name of lower-case letters, digits and dashes".</param>
/// <param name="nameCheck">Null when a name is good, else what is wrong with it.</param>
/// <param name="namePattern">The same as a regular expression, for editors.</param>
public sealed class MapRule<T>(Rule<T> item, string expected, string nameExpected, Func<string, string?> nameCheck, string namePattern)
    : Rule<IReadOnlyList<KeyValuePair<string, T>>>
{
    public override string Expected => expected;

    /// <summary>The keys of each entry.</summary>
    public override IReadOnlyList<Key> Keys => item.Keys;

    public override bool NamesItsEntries => true;

    public override bool Bind(ConfigNode node, string path, ConfigErrors errors, [MaybeNullWhen(false)] out IReadOnlyList<KeyValuePair<string, T>> value)
    {
        value = null;
        if (node is not ConfigMap map)
            return Refuse(node, path, errors);
        var bound = new Dictionary<string, ConfigEntry>();
        var values = new List<KeyValuePair<string, T>>();
        foreach (var entry in map.Entries)
        {
            var name = entry.Key.Text;
            var entryPath = $"{path}.{name}";
            if (nameCheck(name) is { } wrong)
                errors.Add(entry.Key.Place, path, $"{Shown(name)} {wrong}", wrong.StartsWith("cannot", StringComparison.Ordinal) ? "remove it" : $"write {nameExpected}");
            else if (!bound.TryAdd(name, entry))
                errors.Add(entry.Key.Place, entryPath, $"is written twice; the first is on line {bound[name].Key.Place.Line}", "remove one");
            else if (item.Bind(entry.Value, entryPath, errors, out var one))
                values.Add(new(name, one));
        }
        value = values;
        return values.Count == map.Entries.Count;
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "object");
        writer.WriteStartObject("propertyNames");
        writer.WriteString("pattern", namePattern);
        writer.WriteEndObject();
        writer.WriteStartObject("additionalProperties");
        item.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
