using System.CommandLine;

namespace Understudy.Cli;

internal static class ProxyVerb
{
    public static Command Build(Screen screen)
    {
        var root = new Option<string?>("--root") { HelpName = "DIR", Description = "Folder with the routes and sockets. Default: the system's paths" };
        var listen = new Option<string[]>("--listen") { HelpName = "URL", Arity = ArgumentArity.OneOrMore, Description = "http://ADDRESS:PORT or https://ADDRESS:PORT; may be given again" };
        var command = new Command("proxy", """
            The process that carries requests. The agent starts and replaces it; nobody needs to call it by hand.
            It reads its routes from run/routes.json under --root, takes over the listeners of a proxy that runs there
            already, and goes on while the agent is dead. TERM: no new connections, what is in flight ends, then exit.
            """) { root, listen };
        command.SetAction(parse => Proxy.Run(new ProxyOptions(new Paths(parse.GetValue(root)), parse.GetValue(listen) ?? [])));
        return command;
    }

    /// <summary>The same without the parser, which would add to the time in which a new proxy has no listeners; null where the parser must speak.</summary>
    public static ProxyOptions? Quick(string[] args)
    {
        string? root = null;
        var listen = new List<string>();
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || args[i + 1].StartsWith('-'))
                return null;
            if (args[i] == "--root")
                root = args[i + 1];
            else if (args[i] == "--listen")
                listen.Add(args[i + 1]);
            else
                return null;
        }
        return listen.Count == 0 ? null : new ProxyOptions(new Paths(root), listen);
    }
}
