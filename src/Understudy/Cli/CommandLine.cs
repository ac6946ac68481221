using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Cli;

/// <summary>Finds the verb, parses its part, runs it, and turns what went wrong into a message and an exit code.</summary>
internal static class CommandLine
{
    // Without a replacer, an argument such as @tag is an argument and not a file of more arguments.
    public static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    const string TraceVariable = "UNDERSTUDY_TRACE";

    public static async Task<int> Run(string[] args, Screen screen)
    {
        try
        {
            var code = await Dispatch(args, screen);
            screen.Flush();
            return code;
        }
        catch (OutputGone)
        {
            // As in `understudy logs | head`: nothing is left to say, and nobody to say it to.
            return ExitCode.Failed;
        }
        catch (Exception failure)
        {
            var explained = Explain(failure);
            WriteError(screen, explained.Message, args.TakeWhile(arg => arg != "--").Contains("--json"));
            return explained.ExitCode;
        }
    }

    static Task<int> Dispatch(string[] args, Screen screen)
    {
        if (args is [] or ["help"] or ["--help"] or ["-h"])
            return Task.FromResult(FrontPage.Write(screen));
        if (args is ["--version"])
            args = ["version"];
        if (args is ["help", var about, ..])
            args = [about, "--help"];
        if (Verbs.Named(args[0]) is not { } verb)
            throw new CommandFailed(Unknown(args[0]), ExitCode.Usage);
        var parse = Root(verb.Build(screen)).Parse(args, Parser);
        return parse.Action is ParseErrorAction ? throw new CommandFailed(WrongUse(verb, parse), ExitCode.Usage) : Invoke(parse, screen);
    }

    public static Command Root(params IEnumerable<Command> commands)
    {
        var root = new Command("understudy") { new HelpOption() };
        foreach (var command in commands)
            root.Add(command);
        return root;
    }

    static Task<int> Invoke(ParseResult parse, Screen screen)
    {
        // The verbs that stop by signal register for it themselves; the others end as any program does.
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = screen.Out, Error = screen.Error, ProcessTerminationTimeout = null };
        return parse.Action is SynchronousCommandLineAction ? Task.FromResult(parse.Invoke(invocation)) : parse.InvokeAsync(invocation);
    }

    static string Unknown(string name)
    {
        var meant = Verbs.Nearest(name) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";
        return $"There is no verb \"{SafeText.Of(name)}\".{meant} `understudy` alone lists them.";
    }

    static string WrongUse(Verb verb, ParseResult parse) =>
        string.Join('\n', parse.Errors.Select(error => SafeText.Of(error.Message)).Distinct()) + $"\nSee `understudy {verb.Name} --help`.";

    static CommandFailed Explain(Exception failure) => failure switch
    {
        CommandFailed known => known,
        AgentAbsent absent => new(absent.Message),
        AgentUntrusted untrusted => new(untrusted.Message),
        AgentRefused refused => new(refused.Message, refused.WrongUsage ? ExitCode.Usage : ExitCode.Failed),
        OperationRefused refused => new(refused.Message, ExitCode.Usage),
        JsonException broken => new($"The agent's answer was not understood: {broken.Message} Is it of another version? Compare `understudy version` with `understudy status`."),
        IOException or UnauthorizedAccessException => new(failure.Message),
        _ when Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } => new(failure.ToString()),
        _ => new($"This is a bug in understudy: {failure.GetType().Name}: {failure.Message} Run it again with {TraceVariable}=1 for where it happened, and report that."),
    };

    static void WriteError(Screen screen, string message, bool json)
    {
        try
        {
            screen.Flush();
        }
        catch (OutputGone)
        {
            // Standard error may still have a reader.
        }
        if (json)
            screen.Error.WriteLine(JsonSerializer.Serialize(new ErrorDocument(message), JsonDocuments.Readable.ErrorDocument));
        else
            screen.Error.WriteLine(message);
    }
}
