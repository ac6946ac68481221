using System.CommandLine;

namespace Understudy.Cli;

internal static class UpVerb
{
    public static Command Build(Screen screen)
    {
        var folders = new Argument<string[]>("DIR") { Arity = ArgumentArity.ZeroOrMore, Description = "The app's folder, with understudy.yaml or a Procfile; several serve several apps. Default: the current one" };
        var port = new Option<int?>("--port", "-p") { HelpName = "PORT", Description = "Serve at http://localhost:PORT, for this machine only. Default 8080" };
        var listen = new Option<string[]>("--listen") { HelpName = "URL", Description = "Instead of --port: http://ADDRESS:PORT or https://ADDRESS:PORT, such as http://0.0.0.0:8080 for the whole network; may be given again" };
        var root = new Option<string?>("--root") { HelpName = "DIR", Description = "Folder for all state. Default: .understudy in the app's folder, in the current one for several apps" };
        var accessLog = new Option<bool>("--access-log") { Description = "One JSON line per request, in log/access.log below the state's folder" };
        var metrics = new Option<string?>("--metrics") { HelpName = "ADDRESS:PORT", Description = "Serve /metrics for Prometheus there" };
        var web = new Option<string?>("--command") { HelpName = "COMMAND", Description = "The web process's command, instead of the one in the app's files; it listens on $PORT" };
        var guard = new Option<string?>("--guard") { HelpName = "off|report|act", Description = "What to do when memory runs out. Default act: no pool grows, stale processes are killed, the largest worker over its budget is replaced, requests get 503, in this order" };
        var memory = new Option<string?>("--memory") { HelpName = "SIZE", Description = "RAM that all workers together may take, such as 2GB, by a cgroup where the kernel grants one. Default: what the host has" };
        var json = new Option<bool>("--json") { Description = "Events and log lines as JSON lines, nothing else" };
        var command = new Command("up", """
            Serve the app in this folder, in the foreground, with no set-up: proxy, workers and agent until Ctrl-C.

            Examples:
              understudy up
              understudy up --command 'python3 -m http.server $PORT'
              understudy up ~/src/shop ~/src/blog --listen http://0.0.0.0:80
            """) { folders, port, listen, root, accessLog, metrics, web, guard, memory, json };
        command.SetAction(async parse =>
        {
            var request = new UpRequest(parse.GetValue(folders) ?? [], parse.GetValue(port), parse.GetValue(listen) ?? [], parse.GetValue(root), parse.GetValue(accessLog),
                parse.GetValue(metrics), parse.GetValue(web), parse.GetValue(guard), parse.GetValue(memory));
            using var session = new UpSession(UpPlan.Make(request, Environment.CurrentDirectory), new UpOutput(screen, parse.GetValue(json)), TimeProvider.System);
            return await session.Run();
        });
        return command;
    }
}
