namespace Understudy.Decisions.Config;

/// <summary>Reads a Procfile: `name: command` lines, blank lines, and comments.</summary>
public static class Procfile
{
    /// <summary>
    /// The commands by process type. Heroku allows capitals and underscores in names where Understudy does not;
    /// `Job_Runner` is taken as `job-runner`, so that a Procfile made for Heroku runs unchanged.
    /// </summary>
    public static ConfigMap Read(string text, string file, ConfigErrors errors)
    {
        var entries = new List<ConfigEntry>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#' && ReadLine(line, new ConfigPlace(file, i + 1, 1 + lines[i].Length - lines[i].TrimStart().Length), errors) is { } entry)
                Add(entry, entries, errors);
        }
        if (entries.Count == 0 && !errors.Any)
            errors.Add(new ConfigPlace(file), "", "names no process", "write a line such as `web: bundle exec puma -p $PORT`");
        return new ConfigMap(entries, new ConfigPlace(file, 1, 1));
    }

    static ConfigEntry? ReadLine(string line, ConfigPlace place, ConfigErrors errors)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : line[..colon];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        {
            var shown = line.Length > 40 ? line[..40] + "..." : line;
            errors.Add(place, "", $"expected `name: command`, found \"{shown}\"", "begin a comment with #; a command must stay on one line");
            return null;
        }
        var command = line[(colon + 1)..].Trim();
        if (command.Length == 0)
        {
            errors.Add(place, name, "has no command", $"write `{name}: COMMAND`, or remove the line");
            return null;
        }
        var key = name.ToLowerInvariant().Replace('_', '-');
        if (Names.Check(key) is null)
            return new ConfigEntry(new ConfigScalar(key, false, place), new ConfigScalar(command, true, place));
        errors.Add(place, name, "is not a usable name", $"write {Names.Expected}");
        return null;
    }

    static void Add(ConfigEntry entry, List<ConfigEntry> entries, ConfigErrors errors)
    {
        if (entries.FirstOrDefault(earlier => earlier.Key.Text == entry.Key.Text) is { } first)
            errors.Add(entry.Key.Place, entry.Key.Text, $"is written twice; the first is on line {first.Key.Place.Line}", "remove one");
        else
            entries.Add(entry);
    }
}
