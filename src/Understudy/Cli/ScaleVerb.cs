using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class ScaleVerb
{
    public static Command Build(Screen screen)
    {
        var targets = new Argument<string[]>("POOL=WORKERS") { Arity = ArgumentArity.OneOrMore, Description = "web=4 keeps four, web=2-6 as many as the load asks for, web=auto goes back to the configuration" };
        targets.CompletionSources.Add(PoolNames.Scales);
        targets.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (ScaleTarget.Parse(token.Value, out var error) is null)
                    result.AddError(error);
        });
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it has begun" };
        var command = new Command("scale", "Set how many workers a pool keeps, until `scale POOL=auto` or the app is started anew") { targets, noWait };
        var common = new CommonOptions(command);
        command.SetAction(parse => Scale(screen, common, parse, [.. parse.GetRequiredValue(targets).Select(text => ScaleTarget.Parse(text, out _)!)], parse.GetValue(noWait)));
        return command;
    }

    static async Task<int> Scale(Screen screen, CommonOptions common, ParseResult parse, IReadOnlyList<ScaleTarget> targets, bool noWait)
    {
        var client = common.Client(parse);
        var app = common.App(parse);
        var said = targets.Select(target => client.Scale(new ScaleRequest(app, target.Pool, target.Min, target.Max)).Message).ToList();
        if (!noWait)
            await new RollWait(screen, client, TimeProvider.System).Until(string.Join(" ", said), status => [.. status.Apps.Where(one => app is null || one.App == app)
                .SelectMany(one => one.Pools).SelectMany(pool => targets.Where(target => target.Pool == pool.Pool).Select(target => RollProgress.OfScale(target, pool)))]);
        Answer.Write(screen, new DoneDocument(string.Join(" ", said)), common.Json(parse));
        return ExitCode.Done;
    }
}
