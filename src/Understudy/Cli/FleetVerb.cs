using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class FleetVerb
{
    /// <summary>The agent itself waits for less.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(90);

    public static Command Build(Screen screen) => new("fleet", """
        Several hosts that serve the same apps and carry each other's requests. `fleet init` begins one on a host that runs already, without losing
        a request; `understudy join TOKEN` adds a host; `understudy hosts` lists them. What they share is kept by etcd, which Understudy runs itself:
        on one host, from three hosts on by three, from five on by five. The hosts reach one another on ports 2379, 2380, 7444 and 7445.
        """) { InitCommand(screen), TokenCommand(screen), RemoveCommand(screen), RecoverCommand(screen) };

    static Command InitCommand(Screen screen)
    {
        var address = new Option<string?>("--address") { HelpName = "IP", Description = "At which of its addresses the other hosts reach this one. Default: its only one" };
        var command = new Command("init", """
            Begin a fleet with this host, and print the command that adds another.

            Examples:
              apt install etcd-server && systemctl disable --now etcd      what a fleet needs beside Understudy
              understudy fleet init --address 10.0.0.1
            """) { address };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(async parse =>
        {
            var client = new ApiClient(common.LocalPlace(parse, "A fleet is begun").Agent, Within);
            var request = new FleetInitRequest(parse.GetValue(address), Caller.Name);
            var made = await Spinner.During(screen, "the fleet's store starts", _ => Task.Run(() => client.Post(FleetRoutes.InitPath, request, JsonDocuments.Readable.FleetInitRequest, JsonDocuments.Readable.JoinTokenDocument)));
            if (!common.Json(parse))
                screen.Error.WriteLine("The fleet has begun, with this host. To add another, run this there:");
            Write(screen, made, common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static Command TokenCommand(Screen screen)
    {
        var lasts = new Option<int>("--lasts") { HelpName = "MINUTES", DefaultValueFactory = _ => 60, Description = "For how long it is good: 1 to 10080. Default: 60" };
        Bounds.Add(lasts, 1, 10_080, "--lasts takes 1 to 10080 minutes.");
        var command = new Command("token", "Make a token with which one host can join; it is shown this once") { lasts };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var client = new ApiClient(common.LocalPlace(parse, "Tokens to join with are made").Agent);
            Write(screen, client.Post(FleetRoutes.TokensPath, new JoinTokenRequest(parse.GetValue(lasts) * 60, Caller.Name), JsonDocuments.Readable.JoinTokenRequest, JsonDocuments.Readable.JoinTokenDocument), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static Command RemoveCommand(Screen screen)
    {
        var which = new Argument<string>("HOST") { Description = "As `understudy hosts` lists it; it must be drained, or silent" };
        var command = new Command("remove", """
            Take a host out of the fleet for good: what it kept of the store goes to others, and it serves alone from when it hears of it. To turn
            a machine off for a while, `understudy drain HOST` is enough. One that was removed can join again.

            Examples:
              understudy drain web-3 && understudy fleet remove web-3      a host that runs
              understudy fleet remove web-3                                one that died for good
            """) { which };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var client = common.LocalPlace(parse, "A host is removed from a fleet").Agent;
            Answer.Write(screen, new ApiClient(client).Post(FleetRoutes.RemovePath, new FleetRemoveRequest(parse.GetRequiredValue(which), Caller.Name), JsonDocuments.Readable.FleetRemoveRequest, JsonDocuments.Readable.DoneDocument), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    static Command RecoverCommand(Screen screen)
    {
        var off = new Option<bool>("--others-are-off") { Description = "You have made sure that the lost hosts that kept the store are off or cut away: two stores would part the fleet" };
        var from = new Option<string?>("--from") { HelpName = "FILE", Description = "A snapshot instead of what this host keeps. Default: that, which is newer" };
        var command = new Command("recover", """
            Begin the fleet's store anew on this host, when most of the hosts that kept it are lost for good. Not needed while they can come back: apps
            are served all the while, and the store answers again by itself once a majority is back. Hosts that return later take the new one.
            """) { off, from };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(async parse =>
        {
            if (!parse.GetValue(off))
                throw new CommandFailed("This cannot be taken back: the other hosts that kept the store must be off. Make sure of that (power, or their network), and say so with --others-are-off.", ExitCode.Usage);
            var client = new ApiClient(common.LocalPlace(parse, "The store is begun anew").Agent, Within);
            var request = new FleetRecoverRequest(parse.GetValue(from) is { } file ? Path.GetFullPath(file) : null, Caller.Name);
            Answer.Write(screen, await Spinner.During(screen, "the store is begun anew", _ => Task.Run(() => client.Post(FleetRoutes.RecoverPath, request, JsonDocuments.Readable.FleetRecoverRequest, JsonDocuments.Readable.DoneDocument))), common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What is to be pasted on standard output, and nothing else.</summary>
    static void Write(Screen screen, JoinTokenDocument made, bool json)
    {
        if (json)
        {
            screen.Line(JsonSerializer.Serialize(made, JsonDocuments.Readable.JoinTokenDocument));
            return;
        }
        screen.Line($"understudy join {made.Token}");
        screen.Flush();
        screen.Error.WriteLine($"The token lets one host in, until {made.Until.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}, and is shown this once. `understudy fleet token` makes another.");
    }
}
