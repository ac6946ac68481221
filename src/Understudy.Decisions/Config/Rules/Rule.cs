using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>What a key's value may be. One rule reads the value, says what it expected, and writes its part of the JSON Schema.</summary>
public abstract class Rule
{
    /// <summary>What to write, as it follows "expected": "a duration such as 30s".</summary>
    public abstract string Expected { get; }

    /// <summary>The keys beneath, for rules that have any.</summary>
    public virtual IReadOnlyList<Key> Keys => [];

    /// <summary>True where operators choose the names of the entries, and the keys are those of each entry.</summary>
    public virtual bool NamesItsEntries => false;

    /// <summary>True where several entries with these keys stand in a list.</summary>
    public virtual bool ListsItsEntries => false;

    /// <summary>The values allowed, such as "1s to 1h"; null where the kind of value says it all.</summary>
    public virtual string? Range => null;

    /// <summary>Writes the schema's properties into an object that is already open.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);
}

/// <summary>A rule whose values become <typeparamref name="T"/>.</summary>
public abstract class Rule<T> : Rule
{
    /// <summary>Reads a value, or adds to <paramref name="errors"/> why it cannot be one.</summary>
    /// <param name="path">Path of the key, such as processes.web.queue.</param>
    public abstract bool Bind(ConfigNode node, string path, ConfigErrors errors, [MaybeNullWhen(false)] out T value);

    protected bool Refuse(ConfigNode node, string path, ConfigErrors errors)
    {
        if (node is ConfigScalar { IsNothing: true })
            errors.Add(node.Place, path, "has no value", $"write {Expected}, or remove the key");
        else
            errors.Add(node.Place, path, $"expected {Expected}, found {Describe(node)}");
        return false;
    }

    static string Describe(ConfigNode node) => node switch
    {
        ConfigScalar scalar => Shown(scalar.Text),
        ConfigList => "a list",
        _ => "a section of keys",
    };

    /// <summary>A value as it may be shown on one line.</summary>
    protected static string Shown(string text)
    {
        var line = new string([.. text.Take(40).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > 40 ? $"\"{line}...\"" : $"\"{line}\"";
    }
}
