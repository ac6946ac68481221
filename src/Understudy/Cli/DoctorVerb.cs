using System.CommandLine;
using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Doctor;
using Understudy.Doctor;

namespace Understudy.Cli;

internal static class DoctorVerb
{
    public static Command Build(Screen screen)
    {
        var command = new Command("doctor", "What is wrong with this host and its apps, by weight, with evidence and the smallest fix; also where no agent runs. Exit code 1 when something is");
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse => Examine(screen, common, parse));
        return command;
    }

    static async Task<int> Examine(Screen screen, CommonOptions common, ParseResult parse)
    {
        var paths = common.LocalPlace(parse, "An examination").Paths;
        var findings = Examination.Of(await new HostLook(paths, Start(paths)).Take(TimeProvider.System.GetUtcNow()));
        var wrong = Examination.IsWrong(findings);
        if (common.Json(parse))
            screen.Line(JsonSerializer.Serialize(new DoctorDocument(wrong, [.. findings.Select(Described)]), JsonDocuments.Readable.DoctorDocument));
        else
            new DoctorView(screen).Write(findings);
        return wrong ? ExitCode.Failed : ExitCode.Done;
    }

    static FindingDocument Described(Finding finding) =>
        new(finding.Kind, finding.Weight.ToString().ToLowerInvariant(), finding.Says, finding.Evidence, finding.Fix, DoctorView.Page(finding));

    static string Start(Paths paths) => paths.Root switch
    {
        null => "systemctl start understudy",
        var root when Path.GetFileName(root) == AgentPlace.FolderName => $"understudy up    in {Path.GetDirectoryName(root)}",
        var root => $"understudy agent --root {root}",
    };
}
