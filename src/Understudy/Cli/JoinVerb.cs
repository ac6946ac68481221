using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class JoinVerb
{
    public static Command Build(Screen screen)
    {
        var token = new Argument<string>("TOKEN") { Description = "As `understudy fleet init` or `understudy fleet token` printed it; `-` reads it from standard input, so that no list of processes shows it" };
        var address = new Option<string?>("--address") { HelpName = "IP", Description = "At which of its addresses the other hosts reach this one. Default: the one that it reaches them from" };
        var witness = new Option<bool>("--witness") { Description = "It keeps a part of the fleet's store and serves no app: what two hosts need as a third" };
        var command = new Command("join", """
            Bring this host, whose agent runs, into a fleet. Its workers and its proxy go on meanwhile.
            A token that was not used up (its name was taken, the answer was lost) may be tried again.
            """) { token, address, witness };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(async parse =>
        {
            var text = parse.GetRequiredValue(token) is "-" ? (await Console.In.ReadLineAsync() ?? "") : parse.GetRequiredValue(token);
            var client = new ApiClient(common.LocalPlace(parse, "A host joins").Agent, FleetVerb.Within);
            var request = new FleetJoinRequest(text.Replace("understudy join", "", StringComparison.Ordinal).Trim(), parse.GetValue(address), parse.GetValue(witness), Caller.Name);
            Answer.Write(screen, await Spinner.During(screen, "asking the fleet", _ => Task.Run(() => client.Post(FleetRoutes.JoinPath, request, JsonDocuments.Readable.FleetJoinRequest, JsonDocuments.Readable.DoneDocument))), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }
}
