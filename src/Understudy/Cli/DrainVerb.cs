using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class DrainVerb
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    public static Command Build(Screen screen)
    {
        var which = new Argument<string>("HOST") { Description = "As `understudy hosts` lists it" };
        var undo = new Option<bool>("--undo") { Description = "It gets requests again" };
        var within = new Option<int>("--within") { HelpName = "SECONDS", DefaultValueFactory = _ => 60, Description = "How long to wait until nothing is in flight there: 0 to 3600. Default: 60" };
        Bounds.Add(within, 0, 3_600, "--within takes 0 to 3600 seconds.");
        var command = new Command("drain", """
            Send a host of the fleet no new requests, and wait until those inside have ended; its workers stay up. For as long as no other host is up
            it serves all the same. Do this before a reboot or an upgrade of the machine, and `drain HOST --undo` after it.
            """) { which, undo, within };
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(async parse =>
        {
            var client = common.Client(parse);
            var (host, back) = (parse.GetRequiredValue(which), parse.GetValue(undo));
            var done = client.Post(FleetRoutes.DrainPath, new DrainRequest(host, !back, Caller.Name), JsonDocuments.Readable.DrainRequest, JsonDocuments.Readable.DoneDocument);
            if (!back && !await Spinner.During(screen, $"{host} gets no new requests", say => Empty(client, host, TimeSpan.FromSeconds(parse.GetValue(within)), say)))
                throw new CommandFailed($"{host} gets no new requests, and some are still inside after {parse.GetValue(within)} s (`understudy hosts --json` counts them). Wait longer with --within, or `understudy drain {host} --undo`.");
            Answer.Write(screen, done, common.Json(parse));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>As the host says itself, every few seconds: what it said before it was told does not count.</summary>
    static async Task<bool> Empty(ApiClient client, string name, TimeSpan within, Action<string> say)
    {
        var since = TimeProvider.System.GetTimestamp();
        DateTimeOffset? spoke = null;
        using var timer = new PeriodicTimer(LookEvery);
        while (true)
        {
            var host = client.Get(FleetRoutes.HostsPath, JsonDocuments.Readable.IReadOnlyListFleetHostDocument).First(one => one.Host == name);
            spoke ??= host.SpokeAt ?? DateTimeOffset.MinValue;
            // One that is silent has nothing that could be waited for.
            if (host.State == "silent" || (host.SpokeAt > spoke && host.InFlight == 0))
                return true;
            say(host.SpokeAt > spoke ? $"{host.InFlight} requests are still inside" : $"waiting for {name} to say what is still inside");
            if (TimeProvider.System.GetElapsedTime(since) >= within)
                return false;
            await timer.WaitForNextTickAsync();
        }
    }
}
