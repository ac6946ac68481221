using System.CommandLine;

namespace Understudy.Cli;

internal static class VersionVerb
{
    public static Command Build(Screen screen)
    {
        var json = new Option<bool>("--json") { Description = "JSON instead of text" };
        var command = new Command("version", "The version of this binary; the running agent's is in `status`") { json };
        command.SetAction(parse =>
        {
            screen.Line(parse.GetValue(json) ? $$"""{"version":"{{Product.Version}}"}""" : "understudy " + Product.Version);
            return ExitCode.Done;
        });
        return command;
    }
}
