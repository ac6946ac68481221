using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Cli;

internal static class EnvVerb
{
    public static Command Build(Screen screen) => new("env", """
        Secrets of an app: environment variables that stand in no file of its repository.
        They are kept encrypted on this host, win over `env:` of understudy.yaml and over .env, and are never shown again.
        A change replaces the app's workers one at a time, losing no request.
        """) { SetCommand(screen), UnsetCommand(screen), ListCommand(screen) };

    static Command SetCommand(Screen screen)
    {
        var words = new Argument<string[]>("NAME[=VALUE]") { Arity = ArgumentArity.ZeroOrMore, Description = "NAME alone asks for its value without showing it; NAME - takes it from standard input; - alone takes NAME=VALUE lines" };
        var file = new Option<string?>("--file", "-f") { HelpName = "FILE", Description = "NAME=VALUE lines, as in a .env file" };
        var noWait = NoWait();
        var command = new Command("set", """
            Set variables, and replace the app's workers one at a time so that they have them.

            A value in an argument can be read by everybody on this host with `ps` while the command runs, and stays in the
            shell's history. For what must stay secret, use one of the other forms:
              understudy env set SECRET_KEY_BASE                    asks, and does not show what is typed
              understudy env set TLS_KEY - < key.pem                the value is all of standard input, without its last line end
              understudy env set --file production.env              NAME=VALUE lines
              pass show shop | understudy env set -                 NAME=VALUE lines from another program
            """) { words, file, noWait };
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            var values = new EnvValues(Console.OpenStandardInput(), HiddenLine.Ask).Read(parse.GetValue(words) ?? [], parse.GetValue(file));
            return Change(screen, common, parse, values, [], parse.GetValue(noWait));
        });
        return command;
    }

    static Command UnsetCommand(Screen screen)
    {
        var names = new Argument<string[]>("NAME") { Arity = ArgumentArity.OneOrMore, Description = "Variables that were set with `env set`" };
        names.CompletionSources.Add(PoolNames.Secrets);
        var noWait = NoWait();
        var command = new Command("unset", "Forget variables, and replace the app's workers one at a time") { names, noWait };
        var common = new CommonOptions(command);
        command.SetAction(parse => Change(screen, common, parse, new Dictionary<string, string>(), parse.GetRequiredValue(names), parse.GetValue(noWait)));
        return command;
    }

    static Command ListCommand(Screen screen)
    {
        var command = new Command("list", "The names of what is set, since when and by whom; the values are never shown");
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            List(screen, common.Client(parse).Env(common.App(parse)), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static Option<bool> NoWait() => new("--no-wait") { Description = "Return when the workers have begun to be replaced" };

    static async Task<int> Change(Screen screen, CommonOptions common, ParseResult parse, IReadOnlyDictionary<string, string> set, IReadOnlyList<string> unset, bool noWait)
    {
        var client = common.Client(parse);
        var app = client.Env(common.App(parse)).App;
        var before = client.Status();
        var done = client.ChangeEnv(new EnvRequest(app, set, unset, Caller()));
        if (!noWait)
            done = new($"{done.Message} {(await RestartVerb.PoolsReplaced(screen, client, RestartVerb.Workers(before, app, null), done)).Message}");
        Answer.Write(screen, done, common.Json(parse));
        return ExitCode.Done;
    }

    static void List(Screen screen, EnvDocument env, bool json)
    {
        if (json)
        {
            screen.Line(JsonSerializer.Serialize(env, JsonDocuments.Readable.EnvDocument));
            return;
        }
        if (env.Secrets.Count == 0)
        {
            screen.Line($"{SafeText.Of(env.App)} has no secrets. `understudy env set NAME` sets one.");
            return;
        }
        var table = new TextTable(new("NAME"), new("SET"), new("BY"));
        foreach (var secret in env.Secrets)
            table.Add(secret.Name, secret.SetAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), secret.SetBy);
        table.Write(screen);
        if (screen.Live)
            screen.Line(screen.Paint(Ink.Faint, "The values are never shown; `understudy run -- printenv NAME` prints one to who may start the app."));
    }

    /// <summary>Who types, also behind sudo. Said, not proven: only the agent's own user and root get this far.</summary>
    static string? Caller() =>
        new[] { Environment.GetEnvironmentVariable("SUDO_USER"), Environment.GetEnvironmentVariable("USER"), Users.Current?.Name }.FirstOrDefault(name => !string.IsNullOrEmpty(name));
}
