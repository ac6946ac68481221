using System.CommandLine;
using Microsoft.Data.Sqlite;
using Understudy.Api;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Cli;

internal static class RunVerb
{
    public static Command Build(Screen screen)
    {
        var terminal = new Option<bool>("--terminal", "-t") { Description = "The command needs a terminal, as a console does: refuse without one" };
        var words = new Argument<string[]>("COMMAND") { Arity = ArgumentArity.OneOrMore, Description = "After --, as it would be typed in the app's folder" };
        var command = new Command("run", """
            Run a command in the app's folder, environment and user, in this terminal.

            Examples:
              understudy run -t -- bin/rails console
              understudy run -- bin/rails db:migrate
              understudy run -- sh -c 'echo $RAILS_ENV'
            """) { terminal, words };
        var common = new CommonOptions(command, withJson: false);
        command.SetAction(parse =>
        {
            if (parse.GetValue(terminal) && (Console.IsInputRedirected || Console.IsOutputRedirected))
                throw new CommandFailed("-t needs a terminal on standard input and output, and one of them is a file or a pipe. Leave -t out, or with ssh add its own -t.", ExitCode.Usage);
            var place = common.LocalPlace(parse, "A command is run");
            var run = WithSecrets(new ApiClient(place.Agent).Run(common.App(parse)), place.Paths);
            screen.Flush();
            // The terminal's session is always kept, so that Ctrl-C and a pipe into the command work as anywhere.
            return RunCommand.Exec(run, parse.GetRequiredValue(words));
        });
        return command;
    }

    /// <summary>The agent says which secrets there are; their values come from the state itself, with the caller's own rights.</summary>
    internal static RunDocument WithSecrets(RunDocument run, Paths paths)
    {
        if (run.Secrets.Count == 0)
            return run;
        try
        {
            using var database = Database.Reading(paths.State);
            var found = new AppSecrets(database, new SecretBox(paths.SecretKey), TimeProvider.System).For(run.App);
            if (run.Secrets.FirstOrDefault(name => !found.ContainsKey(name)) is { } missing)
                throw new OperationRefused($"{missing} is not in {paths.State}: it has just been unset, or another agent than the one that answered keeps its state there");
            var env = new Dictionary<string, string>(run.Env);
            foreach (var (name, value) in found)
                env[name] = value;
            return run with { Env = env };
        }
        catch (Exception refused) when (refused is OperationRefused or SqliteException)
        {
            throw new CommandFailed($"{run.App} has the secrets {string.Join(", ", run.Secrets)}, and they cannot be read: {refused.Message}. Run this as the agent's own user (`sudo understudy run ...` for the host's service).");
        }
    }
}
