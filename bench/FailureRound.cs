using System.Globalization;
using Understudy.Bench.Linux;
using Understudy.Bench.Loads;
using Understudy.Bench.Proxies;

namespace Understudy.Bench;

/// <summary>1,000 GETs a second to four workers that take 20 ms each; after a while one of them is killed, or frozen.</summary>
sealed class FailureRound(BenchOptions options, Schedule schedule, Children children, Measurements measured, Progress progress)
{
    const int PerSecond = 1000;
    const int DelayMs = 20;
    // A public of many: stuck requests must not keep new ones from being sent.
    const int MostConnections = 4000;
    // A worker's own, such as Puma's threads: 20 requests are inside on average, of 64 places.
    const int Concurrency = 16;

    public void Killed(IProxy proxy) => Run(proxy, "killed", Signals.Kill, Figures.KilledFailed, Figures.KilledSlow, Figures.KilledMax);

    public void Frozen(IProxy proxy) => Run(proxy, "frozen", Signals.Stop, Figures.FrozenFailed, Figures.FrozenSlow, Figures.FrozenMax);

    void Run(IProxy proxy, string what, int signal, Figure failed, Figure slow, Figure slowest)
    {
        using var upstreams = new Upstreams(options, children, DelayMs);
        using var running = new RunningProxy(proxy, upstreams.All, Concurrency, children);
        children.Pause(TimeSpan.FromSeconds(1));
        var sides = new Sides(running, upstreams);
        var result = RateLoad.Run(options, children, running.Port, PerSecond, schedule.Failing, MostConnections, () =>
        {
            children.Pause(TimeSpan.FromSeconds(Schedule.FailsAfter));
            upstreams.All[1].Process.Send(signal);
        });
        sides.Stop();
        running.CheckAlive();
        measured.SawForeign(sides.ForeignPercent);
        measured.Add(failed, proxy.Name, result.Failed);
        measured.Add(slow, proxy.Name, result.Slow);
        measured.Add(slowest, proxy.Name, result.MaxUs / 1000.0);
        var failures = result.Failed == 0 ? "" : $" ({result.Failures})";
        progress.Say(string.Create(CultureInfo.InvariantCulture,
            $"{proxy.Name,-10} {$"worker {what}",-18} {result.Failed} of {result.Requests} failed{failures}, {result.Slow} slower than 1 s, slowest {result.MaxUs / 1000.0:N0} ms (others {sides.ForeignPercent:N0} % of a core)"));
    }
}
