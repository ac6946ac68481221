using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class RollbackVerb
{
    public static Command Build(Screen screen)
    {
        var release = new Argument<string?>("RELEASE") { Arity = ArgumentArity.ZeroOrOne, Description = "As `understudy releases` names it. Default: the one before the current" };
        var reason = new Option<string?>("--reason", "-m") { HelpName = "TEXT", Description = "Why" };
        var command = new Command("rollback", "Go back to an earlier release, without a build: its workers replace the present ones one at a time") { release, reason };
        var common = new CommonOptions(command);
        command.SetAction(async parse =>
        {
            var client = common.Client(parse);
            var started = client.Post("/v1/rollback", new RollbackRequest(common.App(parse), parse.GetValue(release), Caller.Name, parse.GetValue(reason)),
                JsonDocuments.Readable.RollbackRequest, JsonDocuments.Readable.DeployStartedDocument);
            return await new DeployWatch(client, DeployView.For(screen, common.Json(parse))).ToEnd(DeployWatch.Of(started));
        });
        return command;
    }
}
