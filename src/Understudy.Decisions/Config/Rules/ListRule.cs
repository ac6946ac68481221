using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>A list; where the items are single words, one of them may stand without the brackets.</summary>
public sealed class ListRule<T>(Rule<T> item, string expected) : Rule<IReadOnlyList<T>>
{
    public override string Expected => expected;

    public override IReadOnlyList<Key> Keys => item.Keys;

    public override bool ListsItsEntries => item.Keys.Count > 0;

    public override bool Bind(ConfigNode node, string path, ConfigErrors errors, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is ConfigScalar { IsNothing: true } || (node is not ConfigList && !TakesOne))
            return Refuse(node, path, errors);
        var items = node is ConfigList list ? list.Items : [node];
        var bound = new List<T>();
        for (var i = 0; i < items.Count; i++)
            if (item.Bind(items[i], node is ConfigList ? $"{path}[{i + 1}]" : path, errors, out var one))
                bound.Add(one);
        value = bound;
        return bound.Count == items.Count;
    }

    bool TakesOne => item.Keys.Count == 0;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        if (!TakesOne)
        {
            WriteList(writer);
            return;
        }
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        item.WriteSchema(writer);
        writer.WriteEndObject();
        writer.WriteStartObject();
        WriteList(writer);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    void WriteList(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        item.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
