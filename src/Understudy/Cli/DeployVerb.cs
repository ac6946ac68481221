using System.CommandLine;
using System.Text.Json;
using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Releases;

namespace Understudy.Cli;

internal static class DeployVerb
{
    static readonly TimeSpan AskAgainEvery = TimeSpan.FromSeconds(1);

    public static Command Build(Screen screen)
    {
        var from = new Argument<string?>("DIR|URL") { Arity = ArgumentArity.ZeroOrOne, Description = "The app's folder, in a git repository or not, or a git URL. Default: the current folder" };
        var reference = new Option<string?>("--ref") { HelpName = "REF", Description = "A branch, tag or commit. Default: what is checked out; for a URL its default branch" };
        var dirty = new Option<bool>("--dirty") { Description = "Deploy the folder as it is, with what is not committed" };
        var reason = new Option<string?>("--reason", "-m") { HelpName = "TEXT", Description = "Why, for `releases` and for whoever finds the deploy going on" };
        var wait = new Option<bool>("--wait") { Description = "When another deploy of the app goes on, wait for its end" };
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it has begun" };
        var attach = new Option<bool>("--attach") { Description = "Watch the deploy that goes on" };
        var cancel = new Option<bool>("--cancel") { Description = "Stop the deploy that goes on: what has not switched is undone, what has is rolled back" };
        var command = new Command("deploy", """
            Build the app once, start workers of the new release, check real pages, and replace the old ones one at a time.
            What does not start, or answers worse than before, is rolled back by itself. Ctrl-C stops watching, not the deploy.

            Examples:
              understudy deploy
              understudy deploy --ref v1.4 -m "new checkout"
              understudy deploy https://git.example.com/shop.git --ref main
            """) { from, reference, dirty, reason, wait, noWait, attach, cancel };
        var common = new CommonOptions(command);
        command.SetAction(async parse =>
        {
            var client = common.Client(parse);
            var view = DeployView.For(screen, common.Json(parse));
            if (parse.GetValue(cancel))
            {
                Answer.Write(screen, client.Delete(Target("/v1/deploys", ("app", common.App(parse)), ("by", Caller.Name))), common.Json(parse));
                return ExitCode.Done;
            }
            if (parse.GetValue(attach))
                return await new DeployWatch(client, view).ToEnd(Target("/v1/deploys", ("app", common.App(parse))));
            var started = await Begin(client, view, parse.GetValue(from) ?? ".", parse.GetValue(reference), parse.GetValue(dirty), parse.GetValue(reason), parse.GetValue(wait), common.App(parse));
            if (!parse.GetValue(noWait))
                return await new DeployWatch(client, view).ToEnd(DeployWatch.Of(started));
            screen.Line(common.Json(parse) ? JsonSerializer.Serialize(started, JsonDocuments.Readable.DeployStartedDocument) : $"Deploy {started.Deploy} of {started.Release} has begun; watch it with `understudy deploy --attach`.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A path and a query, without what is null.</summary>
    public static string Target(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var target = path;
        foreach (var (name, value) in query)
        {
            if (value is not null)
                target += (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + name + "=" + Uri.EscapeDataString(value);
        }
        return target;
    }

    static async Task<DeployStartedDocument> Begin(ApiClient client, DeployView view, string from, string? reference, bool dirty, string? reason, bool wait, string? app)
    {
        view.Begin("checkout");
        // Asked first: a long checkout is for nothing where no agent runs.
        client.Status();
        using var checkout = SourceCheckout.Make(from, reference, dirty, view.Note, CancellationToken.None);
        app ??= NameOf(checkout, from);
        view.End();
        view.Begin("upload");
        var manifest = checkout.Manifest.ToJson();
        var source = client.Upload("POST", Target("/v1/source", ("app", app)), manifest.Length, send => send(manifest), JsonDocuments.Readable.SourceDocument);
        view.Note($"{source.Missing.Count} of {checkout.Manifest.Files.Count} files are new to the agent");
        var upload = new SourceUpload(checkout, source.Missing);
        if (source.Missing.Count > 0)
            client.Upload("PUT", Target("/v1/source", ("app", app)), upload.Length, send => upload.Write(send, null, CancellationToken.None), JsonDocuments.Readable.DoneDocument);
        view.End();
        var request = new DeployRequest(app, source.Source, Caller.Name, reason, checkout.Commit, checkout.Ref is null ? null : checkout.Ref + (checkout.Dirty ? " (dirty)" : ""));
        return wait ? await Waiting(() => Start(client, request), view) : Start(client, request);
    }

    /// <summary>As its configuration says, else as the folder or repository is called; a checkout's own folder may be a temporary one.</summary>
    static string NameOf(SourceCheckout checkout, string from)
    {
        var name = ReleaseConfiguration.Read(null, checkout.Folder).App;
        if (name != Names.FromFolder(checkout.Folder))
            return name;
        var called = Directory.Exists(from) ? Path.GetFullPath(from).TrimEnd('/') : from.TrimEnd('/').Split(':')[^1];
        return Names.FromFolder(called.EndsWith(".git", StringComparison.Ordinal) ? called[..^4] : called);
    }

    static DeployStartedDocument Start(ApiClient client, DeployRequest request) =>
        client.Post("/v1/deploys", request, JsonDocuments.Readable.DeployRequest, JsonDocuments.Readable.DeployStartedDocument);

    /// <summary>Tries until no other deploy holds the app.</summary>
    static async Task<DeployStartedDocument> Waiting(Func<DeployStartedDocument> start, DeployView view)
    {
        using var timer = new PeriodicTimer(AskAgainEvery);
        while (true)
        {
            try
            {
                return start();
            }
            catch (AgentRefused refused) when (refused.Status == 409)
            {
                view.Note("waiting: " + refused.Message);
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
