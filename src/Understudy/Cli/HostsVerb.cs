using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Understudy.Api;

namespace Understudy.Cli;

internal static class HostsVerb
{
    public static Command Build(Screen screen)
    {
        var command = new Command("hosts", "The hosts of the fleet: role, state, releases, load, versions, and what each said last");
        var common = new CommonOptions(command, withApp: false);
        command.SetAction(parse =>
        {
            var hosts = common.Client(parse).Get(FleetRoutes.HostsPath, JsonDocuments.Readable.IReadOnlyListFleetHostDocument);
            if (common.Json(parse))
                screen.Line(JsonSerializer.Serialize(hosts, JsonDocuments.Readable.IReadOnlyListFleetHostDocument));
            else
                Write(screen, hosts);
            return ExitCode.Done;
        });
        return command;
    }

    static void Write(Screen screen, IReadOnlyList<FleetHostDocument> hosts)
    {
        var table = new TextTable(
            new("HOST"), new("ADDRESS", DropAt: 2), new("ROLE"), new("STATE"), new("RELEASE", DropAt: 1), new("LOAD", Right: true, DropAt: 3), new("MEMORY", Right: true, DropAt: 4), new("VERSION", DropAt: 5), new("LAST"));
        var differ = hosts.Select(host => host.Architecture).Distinct().Count() > 1;
        foreach (var host in hosts)
            table.Add(
                host.Host, host.Address, host.Role, new Cell(State(host), InkOf(host)), host.Releases.Count == 0 ? "-" : string.Join(", ", host.Releases),
                host.SpokeAt is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{host.Load:0.0}/{host.Processors}"),
                host.MemoryTotalBytes == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 - (100.0 * host.MemoryAvailableBytes / host.MemoryTotalBytes):0} %"),
                differ ? $"{host.Version} {host.Architecture}" : host.Version, host.Trouble ?? host.LastSentence);
        table.Write(screen);
    }

    /// <summary>Unreached: it is heard, and this host's proxy cannot pass requests on to it.</summary>
    static string State(FleetHostDocument host) => host is { State: "serving", Reached: false } ? "unreached" : host.State;

    static Ink InkOf(FleetHostDocument host) => State(host) switch
    {
        "serving" => host.Trouble is null ? Ink.Good : Ink.Warn,
        "drained" => Ink.Note,
        _ => Ink.Bad,
    };
}
