using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class MaintenanceVerb
{
    public static Command Build(Screen screen)
    {
        var how = new Argument<string>("on|off") { Description = "on: every request gets 503 with Retry-After, and the page public/maintenance.html or public/503.html where the app has one. Workers stay up" };
        how.AcceptOnlyFromAmong("on", "off");
        var retry = new Option<int?>("--retry-after") { HelpName = "SECONDS", Description = "When clients should ask again: 1 to 86400. Default 60" };
        Bounds.Add(retry, 1, 86_400, "--retry-after takes 1 to 86400 seconds.");
        var command = new Command("maintenance", "Take the site down politely, and up again") { how, retry };
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            var request = new MaintenanceRequest(common.App(parse), parse.GetRequiredValue(how) == "on", parse.GetValue(retry), Caller.Name);
            Answer.Write(screen, common.Client(parse).Post("/v1/maintenance", request, JsonDocuments.Readable.MaintenanceRequest, JsonDocuments.Readable.DoneDocument), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }
}
