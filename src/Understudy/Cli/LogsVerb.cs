using System.CommandLine;
using System.Text.Json;
using Understudy.Api;
using Understudy.Workers.Logs;

namespace Understudy.Cli;

internal static class LogsVerb
{
    public static Command Build(Screen screen)
    {
        var what = new Argument<string?>("POOL|WORKER") { Arity = ArgumentArity.ZeroOrOne, Description = "Such as web or web.3; without it, all" };
        what.CompletionSources.Add(PoolNames.PoolsAndWorkers);
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with each line as it is written, by new workers too" };
        var count = new Option<int>("--lines", "-n") { HelpName = "N", Description = "The last N of each worker; -1 for all that is kept", DefaultValueFactory = _ => 20 };
        Bounds.Add(count, -1, int.MaxValue, "-n takes a number of lines, or -1 for all.");
        var command = new Command("logs", "What the workers wrote to standard output and error; it needs no running agent") { what, follow, count };
        var common = new CommonOptions(command);
        command.SetAction(async parse =>
        {
            var logs = new WorkerLogFiles(common.LocalPlace(parse, "The workers' logs are read from their files,").Paths, common.App(parse), parse.GetValue(what));
            if (logs.Ids().Count == 0 && !parse.GetValue(follow))
                throw logs.NoneFound();
            await Print(screen, logs, parse.GetValue(count), parse.GetValue(follow), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static async Task Print(Screen screen, WorkerLogFiles logs, int count, bool follow, bool json)
    {
        var prefix = new NamePrefix(screen);
        await foreach (var (id, text) in WorkerLogs.Tail(logs.Paths, logs.Ids, count, follow, CancellationToken.None))
        {
            var line = WorkerLogFiles.Document(id, text);
            screen.Line(json ? JsonSerializer.Serialize(line, JsonDocuments.Readable.LogLineDocument) : prefix.Of(line.Worker) + (screen.Live ? SafeText.Of(text) : text));
            if (follow)
                screen.Flush();
        }
    }
}
