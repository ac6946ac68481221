using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Understudy.Fleet;
using Understudy.Linux;

namespace Understudy.Cli;

internal static class LabVerb
{
    static readonly Option<string> state = new("--state") { HelpName = "DIR", DefaultValueFactory = _ => "/var/lib/understudy-lab", Description = "Folder of the lab; another one is another lab" };
    static readonly Option<bool> json = new("--json") { Description = "JSON instead of text" };

    public static Command Build(Screen screen)
    {
        var command = new Command("lab", """
            Hosts on this one machine, to see what they do when one fails. Each has a network namespace on a bridge, its
            own root, cgroup, agent (under a supervisor), proxy and workers, and a copy of the app. Needs root.
            """);
        command.Add(Up(screen));
        command.Add(OfFault(screen, LabFault.Freeze, "Every process stands still; the kernel still takes connections"));
        command.Add(OfFault(screen, LabFault.Kill, "As a power cut: processes gone, nothing on the network answers"));
        command.Add(OfFault(screen, LabFault.Cut, "Off the network, and running"));
        command.Add(OfFault(screen, LabFault.CutEtcd, "Its part of the fleet's store is cut off; all else goes on"));
        command.Add(OfFault(screen, LabFault.OneWay, "What it sends arrives, nothing reaches it"));
        command.Add(OfFault(screen, LabFault.Starve, "It gets a tenth of the processor's time"));
        command.Add(OfHost("heal", "Undo all that was done to a host", async (_, host) =>
        {
            await Lab.Heal(host);
            Say(screen, $"{host.Name} is as before; it serves again once its workers are ready and the others see it.");
        }));
        command.Add(Load(screen));
        command.Add(Crowd(screen));
        command.Add(Status(screen));
        command.Add(Down(screen));
        command.Add(Hidden(OfHost("supervise", "Keeps a host's agent running", (_, host) => LabSupervisor.Run(host))));
        command.Add(Hidden(OfHost("starve-turns", "Stops a host's processes in turns", (_, host) => Lab.Starve(host))));
        return command;
    }

    static Command Up(Screen screen)
    {
        var count = new Argument<int>("N") { DefaultValueFactory = _ => 3, Description = $"How many hosts, 1 to {LabPlace.MostHosts}. Default: 3" };
        count.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is < 1 or > LabPlace.MostHosts)
                result.AddError($"A lab has 1 to {LabPlace.MostHosts} hosts.");
        });
        var app = new Option<string>("--app") { HelpName = "DIR", DefaultValueFactory = _ => ".", Description = "The app's folder. Default: the current one" };
        var witness = new Option<bool>("--witness") { Description = "One host more, which keeps a part of the fleet's store and serves no app: what two hosts need" };
        var with = new Option<string[]>("--with") { HelpName = "SERVICE", Description = "Runs postgres or redis outside the hosts, which the app finds by DATABASE_URL and REDIS_URL; may be given twice" };
        with.AcceptOnlyFromAmong(LabServices.Postgres, LabServices.Redis);
        var command = new Command("up", "Start hosts that serve an app together") { count, app, with, witness, state };
        command.SetAction(async parse =>
        {
            var place = Place(parse);
            using var held = Hold(place);
            var folder = HostedApps.Resolved(parse.GetValue(app)!);
            // Says what is wrong with the app before anything is made.
            var hosted = HostedApps.ReadAsCaller([folder])[0];
            await new Lab(place, text => Say(screen, text)).Up(parse.GetValue(count), hosted, parse.GetValue(witness), parse.GetValue(with) ?? []);
            foreach (var host in place.Hosts())
                screen.Line($"{host.Name}  {host.Url}  (`understudy status --root {host.Root}`)");
            screen.Line("All serve, each its own clients' requests and the others'. Load one: `understudy lab load`; hurt one: `understudy lab freeze web-2`;");
            screen.Line("look: `understudy lab status`; end: `understudy lab down`.");
            return ExitCode.Done;
        });
        return command;
    }

    static Command OfFault(Screen screen, LabFault fault, string summary) => OfHost(Lab.Name(fault), summary, async (place, host) =>
    {
        await new Lab(place, _ => { }).Do(host, fault);
        Say(screen, $"{host.Name}: {Lab.Name(fault)}. `understudy lab heal {host.Name}` undoes it.");
    });

    static Command OfHost(string name, string summary, Func<LabPlace, LabHost, Task> act)
    {
        var which = new Argument<string>("HOST") { Description = "Such as web-2" };
        var command = new Command(name, summary) { which, state };
        command.SetAction(async parse =>
        {
            var place = Place(parse);
            await act(place, Find(place, parse.GetValue(which)!));
            return ExitCode.Done;
        });
        return command;
    }

    static Command Load(Screen screen)
    {
        var path = new Argument<string>("PATH") { DefaultValueFactory = _ => "/", Description = "The page to ask. Default: /" };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 10, Description = "How long, 1 to 86400, or until Ctrl-C. Default: 10" };
        var clients = new Option<int>("--clients") { DefaultValueFactory = _ => 8, Description = "How many at a time, 1 to 1000. Default: 8" };
        var rate = new Option<int>("--rate") { DefaultValueFactory = _ => 200, Description = "Requests per second of all together, 1 to 100000. Default: 200" };
        var at = new Option<string>("--host") { DefaultValueFactory = _ => "web-1", Description = "The host whose proxy is asked. Default: web-1" };
        Bounds.Add(seconds, 1, 86_400, "--seconds takes 1 to 86400.");
        Bounds.Add(clients, 1, 1_000, "--clients takes 1 to 1000.");
        Bounds.Add(rate, 1, 100_000, "--rate takes 1 to 100000.");
        var command = new Command("load", "Ask a page at a steady rate and measure; exits 1 when a request failed") { path, seconds, clients, rate, at, state, json };
        command.SetAction(async parse =>
        {
            // Ctrl-C ends the asking; what was measured is told all the same.
            using var told = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, told));
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, told));
            var host = Find(Place(parse), parse.GetValue(at)!);
            var load = new LabLoad(new IPEndPoint(IPAddress.Parse(host.Address), 80), parse.GetValue(path)!, parse.GetValue(clients), parse.GetValue(rate));
            var figures = await load.Run(TimeSpan.FromSeconds(parse.GetValue(seconds)), each => { if (!parse.GetValue(json)) Say(screen, Line(each)); }, told.Token);
            if (parse.GetValue(json))
                screen.Line(JsonSerializer.Serialize(figures, JsonLab.Default.LabFigures));
            else
            {
                screen.Line($"{figures.Requests} requests, {Line(figures)}");
                foreach (var (failure, times) in figures.Failures)
                    screen.Line($"  {times} x {SafeText.Of(failure)}");
            }
            return figures.Failed == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    static Command Crowd(Screen screen)
    {
        var count = new Argument<int>("N") { DefaultValueFactory = _ => 1000, Description = "How many, 1 to 2000. Default: 1000" };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 30, Description = "How long they only live, 1 to 86400. Default: 30" };
        var changes = new Option<int>("--changes") { DefaultValueFactory = _ => 10, Description = "How many changes are timed then, 1 to 1000. Default: 10" };
        Bounds.Add(seconds, 1, 86_400, "--seconds takes 1 to 86400.");
        Bounds.Add(changes, 1, 1_000, "--changes takes 1 to 1000.");
        count.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is < 1 or > 2000)
                result.AddError("A crowd has 1 to 2000 hosts.");
        });
        var command = new Command("crowd", "Simulated hosts join the fleet's store for a while; how long a change takes to reach all") { count, seconds, changes, state, json };
        command.SetAction(async parse =>
        {
            using var told = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, told));
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, told));
            try
            {
                var many = parse.GetValue(count);
                await using var crowd = new LabCrowd(Hosts(Place(parse))[0], many);
                var began = BootClock.Now;
                await crowd.Enter(told.Token);
                var joined = BootClock.Now - began;
                Say(screen, string.Create(CultureInfo.InvariantCulture, $"{many} simulated hosts are in after {joined.TotalSeconds:0.0} s; they live for {parse.GetValue(seconds)} s"));
                await Task.Delay(TimeSpan.FromSeconds(parse.GetValue(seconds)), told.Token);
                var took = new List<double>();
                for (var change = 0; change < parse.GetValue(changes); change++)
                    took.Add(Math.Round((await crowd.Change(told.Token)).TotalSeconds, 3));
                if (parse.GetValue(json))
                    screen.Line(JsonSerializer.Serialize(new LabCrowdDocument(many, Math.Round(joined.TotalSeconds, 3), took), JsonLab.Default.LabCrowdDocument));
                else
                    screen.Line(string.Create(CultureInfo.InvariantCulture, $"a change reached all {many} after {took.Order().ElementAt(took.Count / 2):0.000} s (median of {took.Count}), {took.Max():0.000} s at most"));
                return ExitCode.Done;
            }
            catch (OperationCanceledException)
            {
                Say(screen, "Ended; what the simulated hosts wrote is removed.");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    static Command Status(Screen screen)
    {
        var command = new Command("status", "The hosts, what was done to them, and whom they see") { state, json };
        command.SetAction(parse =>
        {
            var hosts = Hosts(Place(parse)).Select(Describe).ToList();
            if (parse.GetValue(json))
            {
                screen.Line(JsonSerializer.Serialize(hosts, JsonLab.Default.IReadOnlyListLabHostDocument));
                return ExitCode.Done;
            }
            var table = new TextTable(new("HOST"), new("URL"), new("STATE"), new("REQUESTS", Right: true), new("SEES"), new("DONE TO IT"));
            foreach (var host in hosts)
                table.Add(host.Host, host.Url, host.State, Figures.Count(host.Requests), string.Join(' ', host.SeesUp), string.Join(", ", host.Faults));
            table.Write(screen);
            return ExitCode.Done;
        });
        return command;
    }

    static Command Down(Screen screen)
    {
        var command = new Command("down", "Remove everything that the lab made; also what a crashed one left") { state };
        command.SetAction(async parse =>
        {
            var place = Place(parse);
            if (Directory.Exists(place.Folder))
            {
                using (Hold(place))
                    await new Lab(place, _ => { }).Clean();
                Files.RemoveTree(place.Folder);
            }
            else
                await new Lab(place, _ => { }).Clean();
            Say(screen, "Nothing is left of it.");
            return ExitCode.Done;
        });
        return command;
    }

    static void End(PosixSignalContext signal, CancellationTokenSource told)
    {
        signal.Cancel = true;
        told.Cancel();
    }

    static LabHostDocument Describe(LabHost host)
    {
        var status = Lab.Status(host);
        var pools = status?.Apps.SelectMany(app => app.Pools).Where(pool => pool.TakesRequests).ToList() ?? [];
        var others = pools.SelectMany(pool => pool.Hosts).ToLookup(other => other.Host, other => other.State);
        var well = status is { Proxy: not null } && pools.All(pool => pool.Ready > 0);
        return new LabHostDocument(
            host.Name, host.Url, host.Root, host.Faults,
            status is null ? LabProcesses.Lives(host) ? "silent" : "off" : well ? "serving" : "not serving",
            [.. others.Where(other => other.All(state => state == "up")).Select(other => other.Key)], pools.Sum(pool => pool.Requests));
    }

    static LabPlace Place(ParseResult parse) => Users.IsRoot
        ? new LabPlace(parse.GetValue(state)!)
        : throw new CommandFailed("A lab makes network namespaces and cgroups, which only root may. Run it again with sudo.", ExitCode.Usage);

    static IReadOnlyList<LabHost> Hosts(LabPlace place) => place.Hosts() is { Count: > 0 } hosts
        ? hosts
        : throw new CommandFailed($"No lab runs in {place.Folder}. Start one: `understudy lab up 3 --app DIR`.", ExitCode.Usage);

    static LabHost Find(LabPlace place, string name) => Hosts(place).FirstOrDefault(host => host.Name == name)
        ?? throw new CommandFailed($"The lab has no host \"{SafeText.Of(name)}\"; it has {string.Join(", ", Hosts(place).Select(host => host.Name))}.", ExitCode.Usage);

    /// <summary>One at a time makes or removes it.</summary>
    static FileStream Hold(LabPlace place)
    {
        Directory.CreateDirectory(place.Folder);
        try
        {
            return new FileStream(place.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandFailed($"Another `understudy lab` is making or removing the lab in {place.Folder}; wait for its end.");
        }
    }

    static string Line(LabFigures figures) => string.Create(CultureInfo.InvariantCulture,
        $"{figures.PerSecond:0} per second, {figures.Failed} failed, p50 {figures.P50Ms:0.0} ms, p99 {figures.P99Ms:0.0} ms, slowest {figures.SlowestMs:0.0} ms");

    static void Say(Screen screen, string text)
    {
        screen.Error.WriteLine(text);
        screen.Error.Flush();
    }

    static Command Hidden(Command command)
    {
        command.Hidden = true;
        return command;
    }
}
