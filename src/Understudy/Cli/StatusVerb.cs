using System.CommandLine;
using System.Text;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class StatusVerb
{
    static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

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

    static async Task<int> Watch(Screen screen, CommonOptions common, ParseResult parse)
    {
        using var timer = new PeriodicTimer(WatchEvery);
        do
        {
            if (screen.Live && !common.Json(parse))
                Redraw(screen, common, parse);
            else
                Write(screen, common, parse);
            screen.Flush();
        }
        while (await timer.WaitForNextTickAsync());
        return ExitCode.Done;
    }

    static void Write(Screen screen, CommonOptions common, ParseResult parse)
    {
        if (!common.Json(parse))
            new StatusView(screen, TimeProvider.System.GetUtcNow()).Write(common.Status(parse));
        else if (common.App(parse) is null)
            screen.Line(Encoding.UTF8.GetString(common.Client(parse).StatusBytes()));
        else
            screen.Line(JsonSerializer.Serialize(common.Status(parse), JsonDocuments.Readable.HostDocument));
    }

    /// <summary>Draws over the last picture without clearing first, which would flicker; what does not fit the height is left out.</summary>
    static void Redraw(Screen screen, CommonOptions common, ParseResult parse)
    {
        var picture = new StringWriter();
        var canvas = new Screen(picture, screen.Error, live: true, screen.Colour, Math.Max(40, Console.WindowWidth));
        try
        {
            new StatusView(canvas, TimeProvider.System.GetUtcNow()).Write(common.Status(parse));
        }
        catch (AgentAbsent absent)
        {
            canvas.Line(absent.Message);
        }
        var lines = picture.ToString().TrimEnd('\n').Split('\n');
        var room = Math.Max(5, Console.WindowHeight - 1);
        screen.Out.Write("\e[H");
        foreach (var line in lines.Take(lines.Length > room ? room - 1 : room))
            screen.Out.Write(line + "\e[K\n");
        if (lines.Length > room)
            screen.Out.Write($"... {lines.Length - room + 1} more lines\e[K\n");
        screen.Out.Write("\e[J");
    }
}
