using Understudy.Decisions.Config;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Understudy.Config;

/// <summary>
/// Reads YAML into a tree that keeps lines and columns, and keys that are written twice. Anchors, aliases and tags are refused:
/// a configuration has no use for them, and an alias can make a small file into a huge one.
/// </summary>
static class YamlTree
{
    /// <summary>Deeper than any configuration; keeps a file of a million brackets from exhausting the stack.</summary>
    const int DeepestLevel = 20;

    /// <summary>Null, with errors, where the text is not YAML. A text without any key is an empty section.</summary>
    public static ConfigNode? Read(string text, string file, ConfigErrors errors)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            return ReadDocument(new Parser(scanner), file, errors);
        }
        catch (YamlException error)
        {
            Explain(error, text, file, errors);
            return null;
        }
        catch (InvalidOperationException)
        {
            // The scanner's own slip on a flow list that is not closed before the next key.
            var place = new ConfigPlace(file, (int)scanner.CurrentPosition.Line, (int)scanner.CurrentPosition.Column);
            errors.Add(place, "", "is not YAML from here on", "look for a bracket or a quote that is not closed");
            return null;
        }
    }

    static ConfigNode ReadDocument(Parser parser, string file, ConfigErrors errors)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
            return new ConfigMap([], new ConfigPlace(file, 1, 1));
        parser.Consume<DocumentStart>();
        var root = ReadNode(parser, file, errors, 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            throw new YamlException(second.Start, second.End, "a second document begins here; a configuration is one document");
        return root is ConfigScalar { IsNothing: true } ? new ConfigMap([], new ConfigPlace(file, 1, 1)) : root;
    }

    static ConfigNode ReadNode(Parser parser, string file, ConfigErrors errors, int level)
    {
        var start = parser.Current!.Start;
        var place = new ConfigPlace(file, (int)start.Line, (int)start.Column);
        if (level > DeepestLevel)
            throw new YamlException(start, start, $"nested more than {DeepestLevel} levels deep");
        if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            throw new YamlException(start, start, "anchors (&name) and aliases (*name) are not read; write the value out in each place, or quote it if it is text");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false })
            throw new YamlException(start, start, "tags (!name) are not read; quote the value if it is text");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new ConfigScalar(scalar.Value, scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any), place);
        if (parser.TryConsume<SequenceStart>(out _))
            return ReadList(parser, place, errors, level);
        parser.Consume<MappingStart>();
        return ReadMap(parser, place, errors, level);
    }

    static ConfigList ReadList(Parser parser, ConfigPlace place, ConfigErrors errors, int level)
    {
        var items = new List<ConfigNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(parser, place.File, errors, level + 1));
        return new ConfigList(items, place);
    }

    static ConfigMap ReadMap(Parser parser, ConfigPlace place, ConfigErrors errors, int level)
    {
        var entries = new List<ConfigEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(parser, place.File, errors, level + 1);
            var value = ReadNode(parser, place.File, errors, level + 1);
            if (key is ConfigScalar name)
                entries.Add(new ConfigEntry(name, value));
            else
                errors.Add(key.Place, "", "a key must be one word", "quote a value that begins with [ or {");
        }
        return new ConfigMap(entries, place);
    }

    static void Explain(YamlException error, string text, string file, ConfigErrors errors)
    {
        var lines = text.Split('\n');
        var tabs = Enumerable.Range(0, lines.Length).Where(i => lines[i].AsSpan().TrimStart(' ') is ['\t', ..] && lines[i].AsSpan().Trim().Length > 0).ToList();
        if (tabs.Count > 0 && error.Message.Contains(" tab ", StringComparison.Ordinal))
        {
            var others = tabs.Count == 1 ? "" : $" (as are {tabs.Count - 1} more lines)";
            errors.Add(new ConfigPlace(file, tabs[0] + 1, lines[tabs[0]].IndexOf('\t', StringComparison.Ordinal) + 1), "",
                $"is indented with a tab{others}, which YAML does not allow", "indent with spaces");
            return;
        }
        errors.Add(new ConfigPlace(file, (int)error.Start.Line, (int)error.Start.Column), "", $"is not YAML from here on: {error.Message}".TrimEnd('.'), Advice(error.Message));
    }

    static string Advice(string message) =>
        message.Contains("invalid mapping", StringComparison.Ordinal) ? "quote a value that contains a colon and a space"
        : message.Contains("start any token", StringComparison.Ordinal) ? "quote a value that begins with @, ` or %"
        : "check the indentation, brackets and quotes here and on the line before";
}
