using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class RestartVerb
{
    /// <summary>Stands for the proxy where a pool is named.</summary>
    const string ProxyName = "proxy";

    public static Command Build(Screen screen)
    {
        var pool = new Argument<string?>("POOL") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this pool; without it, all of the app's. `proxy`: a new proxy takes over the listeners" };
        pool.CompletionSources.Add(PoolNames.Pools);
        pool.CompletionSources.Add(ProxyName);
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it has begun" };
        var command = new Command("restart", "Replace workers one at a time: the new one is ready before the old one drains, and no request is lost") { pool, noWait };
        var common = new CommonOptions(command);
        command.SetAction(parse => Restart(screen, common, parse, parse.GetValue(pool), parse.GetValue(noWait)));
        return command;
    }

    static async Task<int> Restart(Screen screen, CommonOptions common, ParseResult parse, string? pool, bool noWait)
    {
        var client = common.Client(parse);
        var app = common.App(parse);
        var before = client.Status();
        var done = client.Restart(new RestartRequest(app, pool));
        if (!noWait)
            done = pool == ProxyName ? await ProxyReplaced(screen, client, before, done) : await PoolsReplaced(screen, client, Workers(before, app, pool), done);
        Answer.Write(screen, done, common.Json(parse));
        return ExitCode.Done;
    }

    /// <summary>The workers that have to go, by app and pool.</summary>
    internal static Dictionary<(string App, string Pool), IReadOnlySet<string>> Workers(HostDocument status, string? app, string? pool) =>
        status.Apps.Where(one => app is null || one.App == app)
            .SelectMany(one => one.Pools.Where(candidate => pool is null || candidate.Pool == pool).Select(found => (one.App, Pool: found)))
            .ToDictionary(entry => (entry.App, entry.Pool.Pool), entry => (IReadOnlySet<string>)entry.Pool.Workers.Select(worker => worker.Worker).ToHashSet());

    /// <summary>Waits until none of them is left and their pools are at rest.</summary>
    internal static async Task<DoneDocument> PoolsReplaced(Screen screen, ApiClient client, Dictionary<(string App, string Pool), IReadOnlySet<string>> before, DoneDocument begun)
    {
        await new RollWait(screen, client, TimeProvider.System).Until(begun.Message, status => [.. status.Apps.SelectMany(app => app.Pools
            .Where(pool => before.ContainsKey((app.App, pool.Pool))).Select(pool => RollProgress.OfRestart(before[(app.App, pool.Pool)], pool)))]);
        var count = before.Values.Sum(workers => workers.Count);
        return new($"Replaced {count} worker{(count == 1 ? "" : "s")} of {string.Join(", ", before.Keys.Select(key => key.Pool).Distinct())}.");
    }

    static async Task<DoneDocument> ProxyReplaced(Screen screen, ApiClient client, HostDocument before, DoneDocument begun)
    {
        var pid = 0;
        await new RollWait(screen, client, TimeProvider.System).Until(begun.Message, status =>
        {
            pid = status.Proxy?.Pid ?? 0;
            return [RollProgress.OfProxy(before.Proxy?.Pid ?? 0, status.Proxy)];
        });
        return new($"A new proxy serves, pid {pid}.");
    }
}
