using System.Text.Json;

namespace Understudy.Decisions.Config.Rules;

/// <summary>One line of a key table: all that the reader, the suggestions, the JSON Schema and the reference know of a key.</summary>
public abstract class Key(string name, string doc, string? fallback, string? fallbackSays, string example)
{
    public string Name => name;

    /// <summary>For the operator: what it does, its effect where that is not plain.</summary>
    public string Doc => doc;

    /// <summary>The default as one would write it; null where there is none, or it depends.</summary>
    public string? Default => fallback;

    /// <summary>The default in words.</summary>
    public string? DefaultSays => fallbackSays ?? fallback;

    /// <summary>A value for the reference, as one would write it; empty where the keys beneath are shown instead.</summary>
    public string Example => example;

    public bool Required { get; init; }

    /// <summary>True where another file may give a required key, so that the schema of this one cannot ask for it.</summary>
    public bool MayStandElsewhere { get; init; }

    public abstract Rule Rule { get; }

    internal abstract bool BindInto(Section section, ConfigNode node, string path, ConfigErrors errors);

    internal void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Name);
        writer.WriteString("description", DefaultSays is null ? Doc : $"{Doc} Default: {DefaultSays}.");
        Rule.WriteSchema(writer);
        writer.WriteEndObject();
    }
}

/// <summary>A key whose values become <typeparamref name="T"/>.</summary>
public sealed class Key<T>(string name, Rule<T> rule, string doc, string? fallback = null, string? fallbackSays = null, string example = "")
    : Key(name, doc, fallback, fallbackSays, example)
{
    public override Rule Rule => rule;

    internal override bool BindInto(Section section, ConfigNode node, string path, ConfigErrors errors)
    {
        if (!rule.Bind(node, path, errors, out var value))
            return false;
        section.Put(this, value, node.Place);
        return true;
    }

    /// <summary>The default through the same rule that reads what operators write.</summary>
    internal T? DefaultValue()
    {
        if (Default is null)
            return default;
        var errors = new ConfigErrors();
        return rule.Bind(new ConfigScalar(Default, false, new ConfigPlace(Name)), Name, errors, out var value)
            ? value
            : throw new InvalidOperationException($"the key table gives {Name} a default that its own rule refuses: {Default}");
    }
}
