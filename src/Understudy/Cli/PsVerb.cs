using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class PsVerb
{
    public static Command Build(Screen screen)
    {
        var command = new Command("ps", "The workers, one per line");
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            Write(screen, common.Status(parse), common.Json(parse), TimeProvider.System.GetUtcNow());
            return ExitCode.Done;
        });
        return command;
    }

    internal static void Write(Screen screen, HostDocument host, bool json, DateTimeOffset now)
    {
        IReadOnlyList<WorkerDocument> workers = [.. host.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers)];
        if (json)
            screen.Line(JsonSerializer.Serialize(workers, JsonDocuments.Readable.IReadOnlyListWorkerDocument));
        else
            Table(workers, now).Write(screen);
    }

    static TextTable Table(IReadOnlyList<WorkerDocument> workers, DateTimeOffset now)
    {
        var table = new TextTable(new("APP"), new("WORKER"), new("STATE"), new("PID", Right: true), new("PORT", Right: true), new("AGE", Right: true),
            new("REQUESTS", Right: true), new("MEMORY", Right: true), new("PROCS", Right: true, DropAt: 2), new("RELEASE", DropAt: 1));
        foreach (var worker in workers)
            table.Add(worker.App, worker.Worker, worker.State, Text(worker.Pid), worker.Port == 0 ? "-" : Text(worker.Port), Figures.Age(now - worker.StartedAt),
                Figures.Count(worker.Requests), Figures.Memory(worker.MemoryBytes), Text(worker.Processes), worker.Release);
        return table;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
