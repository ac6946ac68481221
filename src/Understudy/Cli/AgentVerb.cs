using System.CommandLine;
using System.Runtime.InteropServices;

namespace Understudy.Cli;

internal static class AgentVerb
{
    public static Command Build(Screen screen)
    {
        var root = new Option<string?>("--root") { HelpName = "DIR", Description = "Folder that holds etc/agent.yaml and all state. Default: UNDERSTUDY_ROOT, else /etc/understudy, /var/lib/understudy, /run/understudy" };
        var command = new Command("agent", """
            This host's agent, as its service runs it: reads agent.yaml, keeps the apps' workers and the proxy, answers the other verbs.
            TERM ends the agent alone: workers and proxy go on, and the next agent adopts them.
            """) { root };
        command.SetAction(parse => Run(screen, new Paths(parse.GetValue(root) ?? NotEmpty(Environment.GetEnvironmentVariable("UNDERSTUDY_ROOT")))));
        return command;
    }

    static async Task<int> Run(Screen screen, Paths paths)
    {
        var host = HostedApps.ReadHost(paths.AgentConfig);
        var options = new AgentOptions(paths, host, HostedApps.Read(host.Apps), Foreground: false);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = On(PosixSignal.SIGTERM, told);
        using var interrupt = On(PosixSignal.SIGINT, told);
        await using var agent = await Start(options);
        screen.Line($"understudy {Product.Version} serves {options.Apps.Count} app{(options.Apps.Count == 1 ? "" : "s")} at {string.Join(" ", host.Listen)}");
        screen.Flush();
        if (await Task.WhenAny(agent.FirstBoot, told.Task) == agent.FirstBoot && await agent.FirstBoot is { } failed)
            screen.Error.WriteLine(failed);
        await told.Task;
        return ExitCode.Done;
    }

    /// <summary>What is in the way now (a port, another agent that ends) may be gone at the next try: exit 1, which the service's unit tries again.</summary>
    static async Task<Agent> Start(AgentOptions options)
    {
        try
        {
            return await Agent.Start(options, CancellationToken.None);
        }
        catch (OperationRefused refused) when (refused.Kind == RefusalKind.Conflict)
        {
            throw new CommandFailed(refused.Message);
        }
    }

    static PosixSignalRegistration On(PosixSignal signal, TaskCompletionSource told) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        told.TrySetResult();
    });

    static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
