namespace Understudy.Decisions.Config;

/// <summary>Where something was written. Lines and columns count from 1; line 0 means the whole file.</summary>
public sealed record ConfigPlace(string File, int Line = 0, int Column = 0);

/// <summary>A value of a configuration file, whatever its syntax, and where it was written.</summary>
public abstract record ConfigNode(ConfigPlace Place);

/// <param name="Text">The value as written, without its quotes.</param>
/// <param name="Quoted">True for quoted and block text, which is never a number, a flag or nothing.</param>
public sealed record ConfigScalar(string Text, bool Quoted, ConfigPlace Place) : ConfigNode(Place)
{
    public bool IsNothing => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
}

public sealed record ConfigList(IReadOnlyList<ConfigNode> Items, ConfigPlace Place) : ConfigNode(Place);

/// <summary>Entries in the order written; a key that was written twice is here twice.</summary>
public sealed record ConfigMap(IReadOnlyList<ConfigEntry> Entries, ConfigPlace Place) : ConfigNode(Place)
{
    public ConfigNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value;
}

public sealed record ConfigEntry(ConfigScalar Key, ConfigNode Value);
