using System.CommandLine;
using Understudy.Api;

namespace Understudy.Cli;

internal static class EventsVerb
{
    static readonly TimeSpan AskAgainEvery = TimeSpan.FromMilliseconds(500);

    public static Command Build(Screen screen)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with each event as it happens, also across restarts of the agent" };
        var count = new Option<int>("--lines", "-n") { HelpName = "N", Description = "The newest N, or with --after the first N after it: 1 to 1000", DefaultValueFactory = _ => 50 };
        var after = new Option<long?>("--after") { HelpName = "ID", Description = "Only events with a higher id" };
        Bounds.Add(count, 1, 1000, "-n takes a number from 1 to 1000.");
        Bounds.Add(after, 0, long.MaxValue, "--after takes an event's id, 0 or more.");
        var fleet = new Option<bool>("--fleet") { Description = "Of all hosts of the fleet, in one order; --after then takes a place in it" };
        var command = new Command("events", "What happened, and why: every start, stop, kill, recycle, scale and restart") { follow, count, after, fleet };
        var common = new CommonOptions(command);
        command.SetAction(async parse =>
        {
            var view = new EventLines(screen, common.Json(parse), common.App(parse));
            var client = common.Client(parse);
            if (parse.GetValue(fleet))
                await OfFleet(screen, client, view, parse.GetValue(after), parse.GetValue(count), parse.GetValue(follow));
            else if (!parse.GetValue(follow))
                view.Write(client.Events(parse.GetValue(after), parse.GetValue(count)));
            else
                await Follow(screen, client, view, parse.GetValue(after), parse.GetValue(count));
            return ExitCode.Done;
        });
        return command;
    }

    static async Task OfFleet(Screen screen, ApiClient client, EventLines view, long? after, int count, bool follow)
    {
        using var timer = new PeriodicTimer(AskAgainEvery);
        for (var place = after ?? 0; ;)
        {
            var news = client.Get(FormattableString.Invariant($"{FleetRoutes.EventsPath}?after={place}&limit={count}"), JsonDocuments.Readable.IReadOnlyListFleetEventDocument);
            view.Write(news);
            screen.Flush();
            if (!follow)
                return;
            place = news is [.., var newest] ? newest.Order : place;
            await timer.WaitForNextTickAsync();
        }
    }

    static async Task Follow(Screen screen, ApiClient client, EventLines view, long? after, int count)
    {
        var newest = after;
        using var timer = new PeriodicTimer(AskAgainEvery);
        var said = false;
        for (var first = true; ; first = false)
        {
            try
            {
                foreach (var one in client.FollowEvents(newest, count))
                {
                    view.Write([one]);
                    screen.Flush();
                    newest = one.Id;
                    said = false;
                }
            }
            catch (AgentAbsent) when (!first)
            {
                if (!said)
                    screen.Error.WriteLine("The agent has gone; waiting for it to come back (Ctrl-C ends this).");
                said = true;
            }
            newest ??= 0;
            await timer.WaitForNextTickAsync();
        }
    }
}
