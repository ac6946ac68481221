using System.CommandLine;
using Understudy.Decisions.Config;

namespace Understudy.Cli;

internal static class SchemaVerb
{
    public static Command Build(Screen screen)
    {
        var file = new Argument<string>("FILE") { DefaultValueFactory = _ => "understudy.yaml", Description = "understudy.yaml or agent.yaml" };
        file.AcceptOnlyFromAmong("understudy.yaml", "agent.yaml");
        var command = new Command("schema", "The JSON Schema of understudy.yaml or agent.yaml, for editors") { file };
        command.SetAction(parse =>
        {
            screen.Line((parse.GetValue(file) == "agent.yaml" ? SchemaText.ForHost() : SchemaText.ForApp()).TrimEnd('\n'));
            return ExitCode.Done;
        });
        return command;
    }
}
