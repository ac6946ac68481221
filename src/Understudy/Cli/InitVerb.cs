using System.CommandLine;
using Understudy.Config.Init;

namespace Understudy.Cli;

internal static class InitVerb
{
    public static Command Build(Screen screen)
    {
        var folder = new Argument<string>("DIR") { DefaultValueFactory = _ => ".", Description = "The app's folder. Default: the current one" };
        var print = new Option<bool>("--print") { Description = "Print the file instead of writing it" };
        var command = new Command("init", "Write an understudy.yaml from what is found in the app's folder; one that is there already is left alone") { folder, print };
        command.SetAction(parse =>
        {
            var plan = InitPlan.For(Path.GetFullPath(parse.GetRequiredValue(folder)));
            if (plan.Refusal is { } refusal)
                throw new CommandFailed(refusal, ExitCode.Usage);
            if (parse.GetValue(print))
                screen.Out.Write(plan.Text);
            else
                Write(screen, plan);
            return ExitCode.Done;
        });
        return command;
    }

    static void Write(Screen screen, InitPlan plan)
    {
        foreach (var found in plan.Found.DefaultIfEmpty("nothing that tells how this app is started"))
            screen.Line($"Found {SafeText.Of(found)}.");
        try
        {
            if (!plan.Write())
                throw new CommandFailed($"{plan.Path} has come to be there meanwhile and is left as it is; remove it first to begin anew.", ExitCode.Usage);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailed($"{plan.Path} cannot be written: {failure.Message} Print it instead with `understudy init --print`.");
        }
        screen.Line($"Wrote {plan.Path}. {(plan.Found.Count == 0 ? "Write the app's command into it, and then" : "Read it through, and then")} `understudy up`.");
    }
}
