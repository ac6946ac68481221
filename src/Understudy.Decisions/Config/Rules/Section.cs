namespace Understudy.Decisions.Config.Rules;

/// <summary>The values found under one section, by key.</summary>
/// <param name="name">The name that the operator chose for it, such as `web` under `processes`.</param>
public sealed class Section(string name, string path, ConfigErrors errors)
{
    readonly Dictionary<Key, (object? Value, ConfigPlace Place)> values = [];

    public string Name => name;

    /// <summary>The value written, else the key's default.</summary>
    public T Get<T>(Key<T> key) => values.TryGetValue(key, out var found) ? (T)found.Value! : key.DefaultValue()!;

    /// <summary>The value written, else null.</summary>
    public T? Written<T>(Key<T> key) where T : struct =>
        values.TryGetValue(key, out var found) ? (T)found.Value! : null;

    /// <summary>The value written or the default, else null.</summary>
    public T? Find<T>(Key<T> key) where T : class => Has(key) ? Get(key) : key.DefaultValue();

    public bool Has(Key key) => values.ContainsKey(key);

    /// <summary>Adds an error about a key that was written, at its place.</summary>
    public void Complain(Key key, string message, string? suggestion = null) =>
        errors.Add(values[key].Place, $"{path}.{key.Name}".TrimStart('.'), message, suggestion);

    internal void Put(Key key, object? value, ConfigPlace place) => values[key] = (value, place);
}
