using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>The options that several verbs share, and what follows from them.</summary>
internal sealed class CommonOptions
{
    readonly Option<string?> root = new("--root") { HelpName = "DIR", Description = "Folder with the agent's state. Default: UNDERSTUDY_ROOT, else the nearest .understudy upward, else the system's paths" };
    readonly Option<string?> app = new("--app") { HelpName = "APP", Description = "Only this app; needed where several run" };
    readonly Option<bool> json = new("--json") { Description = "JSON instead of text" };

    readonly Option<string?> agent = new("--agent") { HelpName = "URL", Description = "An agent on another machine, https://HOST:7443#sha256:FINGERPRINT. Default: UNDERSTUDY_AGENT, else the local one" };
    readonly Option<string?> tokenFile = new("--token-file") { HelpName = "FILE", Description = "The file with the token for --agent. Default: what UNDERSTUDY_TOKEN holds" };

    public CommonOptions(Command command, bool withApp = true, bool withJson = true)
    {
        if (withApp)
        {
            app.CompletionSources.Add(PoolNames.Apps);
            command.Add(app);
        }
        if (withJson)
            command.Add(json);
        command.Add(root);
        command.Add(agent);
        command.Add(tokenFile);
    }

    public bool Json(ParseResult parse) => parse.GetValue(json);

    public string? App(ParseResult parse) => parse.GetValue(app);

    public string? Root(ParseResult parse) => parse.GetValue(root);

    /// <summary>Where the agent of this machine lives.</summary>
    /// <param name="what">What can be done there alone, as a sentence begins.</param>
    /// <exception cref="CommandFailed">A remote agent is meant.</exception>
    public AgentPlace LocalPlace(ParseResult parse, string what)
    {
        Remote(parse).MustBeLocal(what);
        return AgentPlace.Find(parse.GetValue(root));
    }

    /// <param name="within">An answer must have come by then. Default 10 s.</param>
    public ApiClient Client(ParseResult parse, TimeSpan? within = null) => new(Remote(parse).Find() ?? (IAgentEndpoint)AgentPlace.Find(parse.GetValue(root)).Agent, within);

    /// <summary>An agent on another machine is meant.</summary>
    public bool IsRemote(ParseResult parse) => Remote(parse).Named is not null;

    RemoteChoice Remote(ParseResult parse) => new(parse.GetValue(agent), parse.GetValue(tokenFile), parse.GetValue(root), Environment.GetEnvironmentVariable);

    /// <summary>The status with only the app that --app names.</summary>
    public HostDocument Status(ParseResult parse)
    {
        var status = Client(parse).Status();
        return App(parse) is { } name ? OnlyApp(status, name) : status;
    }

    public static HostDocument OnlyApp(HostDocument status, string name)
    {
        var apps = status.Apps.Where(one => one.App == name).ToList();
        if (apps.Count > 0)
            return status with { Apps = apps };
        var known = status.Apps.Count == 0 ? "none runs here" : "here runs " + string.Join(", ", status.Apps.Select(one => one.App));
        throw new CommandFailed($"No app is named \"{name}\"; {known}.", ExitCode.Usage);
    }
}
