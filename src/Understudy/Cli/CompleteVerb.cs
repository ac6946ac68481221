using System.CommandLine;

namespace Understudy.Cli;

/// <summary>What a completion script asks: the candidates for the last of the words, each with its description behind a tab.</summary>
internal static class CompleteVerb
{
    public static Command Build(Screen screen)
    {
        var words = new Argument<string[]>("WORD") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("complete", "Candidates for the last word; used by the scripts that `completion` prints") { words };
        command.SetAction(parse =>
        {
            foreach (var (name, description) in Candidates(screen, parse.GetValue(words) ?? []))
                screen.Line(description.Length == 0 ? name : $"{name}\t{description}");
            return ExitCode.Done;
        });
        return command;
    }

    internal static IEnumerable<(string Name, string Description)> Candidates(Screen screen, string[] words)
    {
        var current = words.Length == 0 ? "" : words[^1];
        var all = words.Length <= 1 ? VerbNames() : Verbs.Named(words[0]) is { } verb ? Within(verb.Build(screen), words[..^1], current) : [];
        return all.Where(candidate => candidate.Name.StartsWith(current, StringComparison.Ordinal));
    }

    static IEnumerable<(string Name, string Description)> VerbNames() =>
        Verbs.All.Where(verb => verb.Group != VerbGroup.Hidden).Select(verb => (verb.Name, verb.Summary));

    /// <summary>A verb with verbs of its own, as `env`: first their names, then what follows the one that is named.</summary>
    static IEnumerable<(string Name, string Description)> Within(Command verb, string[] before, string current) =>
        verb.Subcommands.Count == 0 ? After(verb, verb, before, current)
        : verb.Subcommands.FirstOrDefault(sub => before.Contains(sub.Name)) is { } named ? After(verb, named, before, current)
        : verb.Subcommands.Select(sub => (sub.Name, sub.Description ?? ""));

    static IEnumerable<(string Name, string Description)> After(Command top, Command verb, string[] before, string current)
    {
        // What follows -- is another program's command line.
        if (before.Contains("--"))
            return [];
        if (verb.Options.FirstOrDefault(option => option.Name == before[^1] || option.Aliases.Contains(before[^1])) is { } asked && asked.ValueType != typeof(bool))
            return From(asked, top, before);
        return current.StartsWith('-') ? verb.Options.Select(option => (option.Name, option.Description ?? "")) : verb.Arguments.SelectMany(argument => From(argument, top, before));
    }

    static IEnumerable<(string Name, string Description)> From(Symbol symbol, Command top, string[] before) =>
        symbol.GetCompletions(CommandLine.Root(top).Parse(before, CommandLine.Parser).GetCompletionContext()).Select(item => (item.Label, item.Detail ?? ""));
}
