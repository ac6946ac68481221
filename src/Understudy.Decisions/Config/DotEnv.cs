using System.Text;

namespace Understudy.Decisions.Config;

/// <summary>Reads a `.env` file: KEY=VALUE lines, with `export`, comments, and quotes that may span lines. Nothing is expanded.</summary>
public static class DotEnv
{
    /// <summary>The variables in order; of a name given twice the last counts. PORT is left out, since each worker gets its own.</summary>
    public static ConfigMap Read(string text, string file, ConfigErrors errors)
    {
        var values = new Dictionary<string, ConfigEntry>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var place = new ConfigPlace(file, i + 1, 1);
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line[7..].TrimStart();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? line : line[..equals].TrimEnd();
            var value = equals < 0 ? null : Value(line[(equals + 1)..].TrimStart(), lines, ref i);
            if (equals < 0)
                errors.Add(place, "", $"expected NAME=VALUE, found \"{Short(line)}\"", "begin a comment with #");
            else if (value is null)
                errors.Add(place, name, "its quote is never closed");
            else if (name == "PORT")
                continue;
            else if (Names.CheckEnv(name) is { } wrong)
                errors.Add(place, "", $"\"{Short(name)}\" {wrong}", $"write {Names.EnvExpected}");
            else
                values[name] = new ConfigEntry(new ConfigScalar(name, false, place), new ConfigScalar(value, true, place));
        }
        return new ConfigMap([.. values.Values], new ConfigPlace(file, 1, 1));
    }

    /// <summary>Null when a quote is open at the end of the file.</summary>
    static string? Value(string text, string[] lines, ref int line)
    {
        if (text.Length == 0 || text[0] is not ('"' or '\''))
        {
            var comment = text.IndexOf(" #", StringComparison.Ordinal);
            return (comment < 0 ? text : text[..comment]).Trim();
        }
        var quote = text[0];
        var rest = new StringBuilder(text[1..]);
        for (var last = line; ; last++)
        {
            var all = rest.ToString();
            if (Close(all, quote) is var end and >= 0)
            {
                line = last;
                return quote == '"' ? Unescape(all[..end]) : all[..end];
            }
            if (last + 1 >= lines.Length)
                return null;
            rest.Append('\n').Append(lines[last + 1]);
        }
    }

    static int Close(string text, char quote)
    {
        for (var i = 0; i < text.Length; i++)
            if (quote == '"' && text[i] == '\\')
                i++;
            else if (text[i] == quote)
                return i;
        return -1;
    }

    static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\\' && i + 1 < text.Length)
                plain.Append(text[++i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            else
                plain.Append(text[i]);
        return plain.ToString();
    }

    static string Short(string text) => text.Length > 40 ? text[..40] + "..." : text;
}
