using Understudy.Decisions.Config.Rules;

namespace Understudy.Decisions.Config;

/// <summary>One thing that is wrong in a configuration file, in words for whoever wrote it.</summary>
/// <param name="Line">From 1; 0 where the whole file is meant.</param>
/// <param name="Key">Path of the key, such as processes.web.queue; empty for the file.</param>
/// <param name="Suggestion">What to write instead, as a sentence; null where nothing is near.</param>
public sealed record ConfigError(string File, int Line, int Column, string Key, string Message, string? Suggestion)
{
    public ConfigError(ConfigPlace place, string key, string message, string? suggestion = null)
        : this(place.File, place.Line, place.Column, key, message, suggestion) { }

    public override string ToString()
    {
        var place = Line == 0 ? File : $"{File}:{Line}:{Column}";
        var subject = Key.Length == 0 ? Message : $"{Key}: {Message}";
        return Suggestion is null ? $"{place}: {subject}" : $"{place}: {subject}; {Suggestion}";
    }
}

/// <summary>A configuration, or everything that is wrong with it.</summary>
/// <param name="Value">Null when there are errors.</param>
public sealed record ConfigResult<T>(T? Value, IReadOnlyList<ConfigError> Errors) where T : class
{
    public static ConfigResult<T> Failed(IEnumerable<ConfigError> errors) => new(null, [.. errors]);
}

/// <summary>Collects all errors of one reading, so that the operator sees them at once.</summary>
/// <param name="table">The file's keys, where a key that is unknown in one place is looked for in others.</param>
public sealed class ConfigErrors(KeyTable? table = null)
{
    readonly List<ConfigError> found = [];

    internal KeyTable? Table => table;

    public bool Any => found.Count > 0;

    public void Add(ConfigPlace place, string key, string message, string? suggestion = null) =>
        found.Add(new ConfigError(place, key, message, suggestion));

    /// <summary>File by file in the order given, top to bottom.</summary>
    public IReadOnlyList<ConfigError> InOrder(IReadOnlyList<string> files) =>
        [.. found.Distinct().OrderBy(error => Rank(files, error.File)).ThenBy(error => error.Line).ThenBy(error => error.Column)];

    static int Rank(IReadOnlyList<string> files, string file)
    {
        for (var i = 0; i < files.Count; i++)
            if (files[i] == file)
                return i;
        return files.Count;
    }
}
