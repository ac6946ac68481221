using System.CommandLine;
using System.Text;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class MemoryVerb
{
    public static Command Build(Screen screen)
    {
        var exact = new Option<bool>("--exact") { Description = "Read all of it now; else PSS, private and swap are as last read, usually less than 30 s ago" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again each second, until Ctrl-C" };
        var all = new Option<bool>("--all") { Description = "Every process of large trees too, not only the largest of them" };
        var command = new Command("memory", """
            Who holds this host's memory: per pool, worker and process, what is stale, and the largest others. From the kernel's proportional figures
            and the cgroups, so that memory which forks share is counted once. Says less, and what is missing, where the agent does not answer.
            """) { exact, watch, all };
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            var source = new MemorySource(common, parse, parse.GetValue(exact));
            var shown = parse.GetValue(all);
            if (parse.GetValue(watch))
                return LiveView.Show(screen, redraw: !common.Json(parse), canvas => Write(canvas, source, common.Json(parse), shown));
            Write(screen, source, common.Json(parse), shown);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    static void Write(Screen screen, MemorySource source, bool json, bool all)
    {
        if (json)
            screen.Line(source.Json());
        else
            new MemoryView(screen, all).Write(source.Document());
    }

    /// <summary>As the agent answered it, or made here.</summary>
    static string Json(this MemorySource source) => source.Bytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : JsonSerializer.Serialize(source.Document(), JsonDocuments.Readable.MemoryDocument);
}
