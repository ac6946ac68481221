using System.CommandLine.Completions;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Names that only the running agent knows, for completion: an absent agent simply offers none.</summary>
internal static class PoolNames
{
    public static IEnumerable<CompletionItem> Apps(CompletionContext context) => Ask(context, status => status.Apps.Select(app => app.App));

    public static IEnumerable<CompletionItem> Pools(CompletionContext context) =>
        Ask(context, status => status.Apps.SelectMany(app => app.Pools).Select(pool => pool.Pool).Distinct());

    public static IEnumerable<CompletionItem> PoolsAndWorkers(CompletionContext context) => Ask(context, status =>
        status.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers.Select(worker => worker.Worker).Prepend(pool.Pool)).Distinct());

    public static IEnumerable<CompletionItem> Scales(CompletionContext context) =>
        Ask(context, status => status.Apps.SelectMany(app => app.Pools).Select(pool => pool.Pool + "=").Distinct());

    public static IEnumerable<CompletionItem> Secrets(CompletionContext context) =>
        Ask(context, client => client.Env(context.ParseResult.GetValue<string?>("--app")).Secrets.Select(secret => secret.Name));

    public static IEnumerable<CompletionItem> Tokens(CompletionContext context) =>
        Ask(context, client => client.Get(TokenRoutes.Path, JsonDocuments.Readable.IReadOnlyListTokenDocument).Select(token => token.Name));

    /// <summary>Somebody has pressed Tab and waits.</summary>
    static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    static IEnumerable<CompletionItem> Ask(CompletionContext context, Func<HostDocument, IEnumerable<string>> names) =>
        Ask(context, client => names(client.Status()));

    static IEnumerable<CompletionItem> Ask(CompletionContext context, Func<ApiClient, IEnumerable<string>> names)
    {
        try
        {
            var root = context.ParseResult.GetValue<string?>("--root");
            var remote = new RemoteChoice(context.ParseResult.GetValue<string?>("--agent"), context.ParseResult.GetValue<string?>("--token-file"), root, Environment.GetEnvironmentVariable);
            return [.. names(new ApiClient(remote.Find() ?? (IAgentEndpoint)AgentPlace.Find(root).Agent, Within)).Select(name => new CompletionItem(name))];
        }
        catch (Exception failure) when (failure is AgentAbsent or AgentRefused or AgentUntrusted or CommandFailed or System.Text.Json.JsonException)
        {
            return [];
        }
    }
}
