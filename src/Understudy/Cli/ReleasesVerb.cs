using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class ReleasesVerb
{
    public static Command Build(Screen screen)
    {
        var command = new Command("releases", "The releases on this host, newest first: who, when, what, and how long each phase took");
        var common = new CommonOptions(command);
        command.SetAction(parse =>
        {
            var releases = common.Client(parse).Get(DeployVerb.Target("/v1/releases", ("app", common.App(parse))), JsonDocuments.Readable.IReadOnlyListReleaseDocument);
            if (common.Json(parse))
                screen.Line(JsonSerializer.Serialize(releases, JsonDocuments.Readable.IReadOnlyListReleaseDocument));
            else
                Write(screen, releases);
            return ExitCode.Done;
        });
        return command;
    }

    static void Write(Screen screen, IReadOnlyList<ReleaseDocument> releases)
    {
        if (releases.Count == 0)
        {
            screen.Line("Nothing was deployed yet: `understudy deploy` in the app's folder.");
            return;
        }
        var table = new TextTable(new("RELEASE"), new("STATE"), new("AGE", Right: true), new("BY", DropAt: 2), new("COMMIT", DropAt: 3), new("REF", DropAt: 4), new("SIZE", Right: true, DropAt: 5), new("PHASES", DropAt: 1));
        var now = TimeProvider.System.GetUtcNow();
        foreach (var one in releases)
        {
            table.Add(one.Release, new Cell(one.State, InkOf(one.State)), Figures.Age(now - one.MadeAt), one.By, one.Commit is { Length: > 8 } commit ? commit[..8] : one.Commit ?? "-", one.Ref ?? "-",
                Figures.Memory(one.Bytes), one.Reason ?? string.Join(", ", one.Phases.Where(phase => phase.Value >= 0.05).Select(phase => string.Create(CultureInfo.InvariantCulture, $"{phase.Key} {phase.Value:0.0} s"))));
        }
        table.Write(screen);
    }

    static Ink InkOf(string state) => state switch
    {
        "current" => Ink.Good,
        "failed" or "rolled back" => Ink.Bad,
        "rolling" or "building" => Ink.Note,
        _ => Ink.None,
    };
}
