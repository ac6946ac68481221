using System.Text;
using Understudy.Decisions.Config.Rules;

namespace Understudy.Decisions.Config;

/// <summary>The commented examples that are the reference of the two files, made from the tables that the reader goes by.</summary>
public static class ExampleText
{
    const int Width = 110;

    public static string ForApp() => Write(AppKeys.Table, "understudy.schema.json", """
        understudy.yaml: every key, each with an example. It lies in the root of the app's repository; a Procfile alone
        does as well, and every key but a process's command may be left out. Where both are there, what this file says wins.
        app.json's formation gives worker counts, and a file named .env gives variables, where this file gives none.
        Durations are written 500ms, 30s, 5m, 24h or 7d; sizes 400MB (thousands) or 64KiB (1,024s).
        """);

    public static string ForHost() => Write(HostKeys.Table, "agent.schema.json", """
        agent.yaml: every key, each with an example. It lies in /etc/understudy on each host; every key may be left out.
        Sizes are written 10MB (thousands) or 64KiB (1,024s).
        """);

    static string Write(KeyTable table, string schema, string intro)
    {
        var text = new StringBuilder($"# yaml-language-server: $schema={schema}\n");
        foreach (var line in intro.Split('\n'))
            text.Append("# ").Append(line).Append('\n');
        foreach (var key in table.Keys)
        {
            text.Append('\n');
            WriteKey(text, key, "");
        }
        return text.ToString();
    }

    static void WriteKey(StringBuilder text, Key key, string indent)
    {
        foreach (var line in Wrapped(key.Doc, Width - indent.Length).Concat(Facts(key)))
            text.Append(indent).Append("# ").Append(line).Append('\n');
        text.Append(indent).Append(key.Name).Append(':');
        if (key.Rule.Keys.Count == 0)
        {
            text.Append(' ').Append(key.Example).Append('\n');
            return;
        }
        text.Append('\n');
        var inner = indent + "  ";
        if (key.Rule.NamesItsEntries)
        {
            text.Append(inner).Append(key.Example).Append(":\n");
            inner += "  ";
        }
        var from = text.Length;
        foreach (var beneath in key.Rule.Keys)
            WriteKey(text, beneath, key.Rule.ListsItsEntries ? inner + "  " : inner);
        if (key.Rule.ListsItsEntries)
            MarkFirstEntry(text, from, inner.Length);
    }

    /// <summary>Puts the dash of a list's entry before its first key, beneath that key's comment.</summary>
    static void MarkFirstEntry(StringBuilder text, int line, int column)
    {
        while (text[line + column + 2] == '#')
            line = text.ToString().IndexOf('\n', line) + 1;
        text[line + column] = '-';
    }

    static IEnumerable<string> Facts(Key key)
    {
        string?[] facts = [key.DefaultSays is null ? null : $"Default: {key.DefaultSays}.", key.Rule.Range is null ? null : $"Range: {key.Rule.Range}."];
        var line = string.Join(" ", facts.OfType<string>());
        return line.Length == 0 ? [] : [line];
    }

    static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        yield return line.ToString();
    }
}
