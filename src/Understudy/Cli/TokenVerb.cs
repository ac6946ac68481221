using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class TokenVerb
{
    public static Command Build(Screen screen) => new("token", """
        Tokens with which other machines talk to this host's agent: `deploy`, `status` and the rest, with UNDERSTUDY_AGENT and UNDERSTUDY_TOKEN.
        A token may do all that the command line can, except make and revoke tokens, `run` and `logs`; each is for one machine or person.
        agent.yaml must say where the agent listens: `api: {}` for port 7443 on all addresses.
        """) { CreateCommand(screen), ListCommand(screen), RevokeCommand(screen) };

    static Command CreateCommand(Screen screen)
    {
        var name = Name("For whom or what it is, such as ci or annas-laptop: lower-case letters, digits and dashes");
        var command = new Command("create", """
            Make a token, and print it with the agent's address, ready to paste. It is shown this once.

            Examples:
              understudy token create ci
              understudy token create ci > ci.env               then, elsewhere:  . ./ci.env; understudy deploy
            """) { name };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var request = new TokenRequest(parse.GetRequiredValue(name), Caller.Name);
            var made = Client(common, parse).Post(TokenRoutes.Path, request, JsonDocuments.Readable.TokenRequest, JsonDocuments.Readable.TokenCreatedDocument);
            if (common.Json(parse))
                screen.Line(JsonSerializer.Serialize(made, JsonDocuments.Readable.TokenCreatedDocument));
            else
                Write(screen, made);
            return ExitCode.Done;
        });
        return command;
    }

    static Command ListCommand(Screen screen)
    {
        var command = new Command("list", "The tokens' names, who made them, and when they were last used; the tokens themselves are never shown");
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var tokens = Client(common, parse).Get(TokenRoutes.Path, JsonDocuments.Readable.IReadOnlyListTokenDocument);
            if (common.Json(parse))
                screen.Line(JsonSerializer.Serialize(tokens, JsonDocuments.Readable.IReadOnlyListTokenDocument));
            else
                List(screen, tokens);
            return ExitCode.Done;
        });
        return command;
    }

    static Command RevokeCommand(Screen screen)
    {
        var name = Name("As `understudy token list` shows it");
        name.CompletionSources.Add(PoolNames.Tokens);
        var command = new Command("revoke", "Make a token worthless at once; what it has open ends, and a deploy that it began goes on") { name };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var done = Client(common, parse).Delete(DeployVerb.Target(TokenRoutes.Path, ("name", parse.GetRequiredValue(name)), ("by", Caller.Name)));
            Answer.Write(screen, done, common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static Argument<string> Name(string description) => new("NAME") { Description = description };

    static ApiClient Client(CommonOptions common, ParseResult parse) => new(common.LocalPlace(parse, "Tokens are made, listed and revoked").Agent);

    /// <summary>What is to be pasted on standard output, and nothing else.</summary>
    static void Write(Screen screen, TokenCreatedDocument made)
    {
        screen.Error.WriteLine($"The token {made.Name} is shown this once. Give it to a program as a secret, or paste both lines into a shell:");
        screen.Line($"export {RemoteChoice.AgentVariable}=\"{made.Agent}\"");
        screen.Line($"export {RemoteChoice.TokenVariable}=\"{made.Token}\"");
        screen.Flush();
        screen.Error.WriteLine("Where that machine knows this host by another name or address, put it in place of the one above.");
    }

    static void List(Screen screen, IReadOnlyList<TokenDocument> tokens)
    {
        if (tokens.Count == 0)
        {
            screen.Line("There are no tokens. `understudy token create NAME` makes one.");
            return;
        }
        var table = new TextTable(new("NAME"), new("CREATED"), new("BY", DropAt: 1), new("LAST USED"));
        foreach (var token in tokens)
            table.Add(token.Name, Time(token.CreatedAt), token.CreatedBy, token.UsedAt is { } used ? Time(used) : "never");
        table.Write(screen);
    }

    static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
