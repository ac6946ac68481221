using System.CommandLine;
using System.Text;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class StatusVerb
{
    public static Command Build(Screen screen)
    {
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again each second, until Ctrl-C" };
        var command = new Command("status", "Pools and workers at a glance") { watch };
        var common = new CommonOptions(command);
        command.SetAction(parse => parse.GetValue(watch) ? Watch(screen, common, parse) : Task.FromResult(Once(screen, common, parse)));
        return command;
    }

    static int Once(Screen screen, CommonOptions common, ParseResult parse)
    {
        Write(screen, common, parse);
        return ExitCode.Done;
    }

    static Task<int> Watch(Screen screen, CommonOptions common, ParseResult parse) =>
        LiveView.Show(screen, redraw: !common.Json(parse), canvas => Write(canvas, common, parse));

    static void Write(Screen screen, CommonOptions common, ParseResult parse)
    {
        if (!common.Json(parse))
            new StatusView(screen, TimeProvider.System.GetUtcNow()).Write(common.Status(parse));
        else if (common.App(parse) is null)
            screen.Line(Encoding.UTF8.GetString(common.Client(parse).StatusBytes()));
        else
            screen.Line(JsonSerializer.Serialize(common.Status(parse), JsonDocuments.Readable.HostDocument));
    }
}
