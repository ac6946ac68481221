using System.Diagnostics;
using System.Globalization;
using Understudy.Bench.Linux;
using Understudy.Bench.Proxies;

namespace Understudy.Bench.Deploys;

/// <summary>
/// The peer: one server behind haproxy with its health checks, and a deploy that stops it (TERM, and its own time to drain) and starts the next
/// release, as `systemctl restart` of a unit does. The releases are those that Understudy has built, in turn.
/// </summary>
sealed class StopStart(DeploySchedule schedule, Children children, DeployMeasurements measured, Progress progress, Sample sample, string releasesFolder, string database)
{
    static readonly TimeSpan ServesWithin = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);
    readonly string[] _releases = [.. Directory.GetDirectories(releasesFolder).Order(StringComparer.Ordinal)];
    readonly int _port = Loopback.FreePort();

    public void Run()
    {
        if (_releases.Length < 2)
            throw new BenchFailure($"{releasesFolder} has no two releases to change between.");
        var server = Start(0);
        Loopback.WaitForAnswer(_port, server, ServesWithin, children.Pause);
        using var haproxy = new RunningProxy(new Haproxy(), [new Upstream(server, _port)], sample.Concurrency, children);
        new DeploysUnderLoad(schedule, children, measured, progress, Measurements.Peer).Run(haproxy.Port, _ => { }, number =>
        {
            var began = Stopwatch.GetTimestamp();
            server.Stop(StopsWithin);
            var started = Stopwatch.GetTimestamp();
            server = Start(number % _releases.Length);
            Loopback.WaitForAnswer(_port, server, ServesWithin, children.Pause);
            var boot = Stopwatch.GetElapsedTime(started);
            Loopback.WaitForAnswer(haproxy.Port, server, ServesWithin, children.Pause);
            var total = Stopwatch.GetElapsedTime(began);
            measured.Add(figures => figures.Boot, Measurements.Peer, boot.TotalSeconds);
            measured.Add(figures => figures.Total, Measurements.Peer, total.TotalSeconds);
            progress.Say(string.Create(CultureInfo.InvariantCulture, $"{sample.Name,-10} {Measurements.Peer,-10} restart {number,-2}    {total.TotalSeconds:N2} s until the site answers again, boot {boot.TotalSeconds:N2} s"));
            return total;
        });
        server.Stop(StopsWithin);
    }

    Child Start(int release) => children.Start(
        ["/bin/sh", "-c", "cd \"$0\" && " + sample.Command, _releases[release]],
        environment: new Dictionary<string, string>(sample.Env)
        {
            [sample.DataVariable] = database,
            ["PORT"] = _port.ToString(CultureInfo.InvariantCulture),
            ["HOME"] = children.Folder,
            ["LANG"] = "C.UTF-8",
        },
        orphanSignal: Signals.Term);
}
