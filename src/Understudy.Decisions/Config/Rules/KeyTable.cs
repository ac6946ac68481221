namespace Understudy.Decisions.Config.Rules;

/// <summary>All keys of one file. The reader, the suggestions, the JSON Schema and the commented reference are made from it.</summary>
public sealed class KeyTable(IReadOnlyList<Key> keys)
{
    public IReadOnlyList<Key> Keys => keys;

    /// <summary>Every key with its path; an operator's own name shows as NAME.</summary>
    public IEnumerable<(string Path, Key Key)> All() => Beneath("", keys);

    /// <summary>The sections that have a key of this name.</summary>
    public IReadOnlyList<string> SectionsWith(string name) =>
        [.. All().Where(found => found.Key.Name == name && found.Path != name).Select(found => found.Path[..^(name.Length + 1)])];

    static IEnumerable<(string, Key)> Beneath(string path, IReadOnlyList<Key> keys)
    {
        foreach (var key in keys)
        {
            var keyPath = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
            yield return (keyPath, key);
            foreach (var inner in Beneath(key.Rule.NamesItsEntries ? $"{keyPath}.NAME" : keyPath, key.Rule.Keys))
                yield return inner;
        }
    }
}
