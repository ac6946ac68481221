using System.Globalization;
using Understudy.Bench.Loads;
using Understudy.Bench.Proxies;

namespace Understudy.Bench;

/// <summary>One round of one proxy in front of four healthy workers: start, memory, speed.</summary>
sealed class SpeedRound(BenchOptions options, Schedule schedule, Children children, Measurements measured, Progress progress, IProxy proxy)
{
    // More than a worker ever gets here: nothing waits in a queue.
    const int Unbounded = 512;
    static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(40);

    public void Run()
    {
        using var upstreams = new Upstreams(options, children, delayMs: 0);
        TimeStarts(upstreams);
        using var running = new RunningProxy(proxy, upstreams.All, Unbounded, children);
        children.Pause(TimeSpan.FromSeconds(1));
        var idle = running.Memory;
        measured.Add(Figures.IdleMemory, proxy.Name, idle.RssMb);
        measured.Add(Figures.IdlePss, proxy.Name, idle.PssMb);

        WrkLoad.Run(children, running.Port, "/", 64, schedule.WarmUp);
        Closed(running, upstreams);
        FixedRate(running);
        ManyConnections(running, upstreams);
        LargeBodies(running, upstreams);
        running.CheckAlive();
    }

    void TimeStarts(Upstreams upstreams)
    {
        for (var i = 0; i < schedule.Starts; i++)
        {
            var port = Loopback.FreePort();
            var command = proxy.Prepare(children.NewFolder(), port, upstreams.All, Unbounded);
            var said = children.Run([options.Native("stopwatch"), "serve", $"{port}", $"{Cores.Proxy}", .. command.Arguments], StartWithin, Cores.Loader, command.Environment);
            var lastLine = said.TrimEnd().Split('\n')[^1];
            measured.Add(Figures.Start, proxy.Name, double.Parse(lastLine, CultureInfo.InvariantCulture));
        }
    }

    void Closed(RunningProxy running, Upstreams upstreams)
    {
        var (result, sides) = Load(running, upstreams, "/", 64, schedule.Closed, () =>
        {
            var memory = running.Memory;
            measured.Add(Figures.LoadMemory, proxy.Name, memory.RssMb);
            measured.Add(Figures.LoadPss, proxy.Name, memory.PssMb);
        });
        var cpu = Microseconds(sides, result);
        measured.Add(Figures.RequestsPerSecond, proxy.Name, result.PerSecond);
        measured.Add(Figures.CpuPerRequest, proxy.Name, cpu);
        Say("64 connections", $"{result.PerSecond,9:N0}/s {cpu,6:N1} us/request", sides);
    }

    void FixedRate(RunningProxy running)
    {
        var result = RateLoad.Run(options, children, running.Port, 2000, schedule.Fixed, 64);
        if (result.Failed > 0)
            throw new BenchFailure($"{result.Failed} of {result.Requests} requests failed at 2,000/s with every worker well: {result.Failures}");
        measured.Add(Figures.FixedP50, proxy.Name, result.P50Us / 1000.0);
        measured.Add(Figures.FixedP99, proxy.Name, result.P99Us / 1000.0);
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{proxy.Name,-10} {"2,000/s",-18} p50 {result.P50Us / 1000.0:N2} ms, p99 {result.P99Us / 1000.0:N2} ms, slowest {result.MaxUs / 1000.0:N1} ms"));
    }

    void ManyConnections(RunningProxy running, Upstreams upstreams)
    {
        var (result, sides) = Load(running, upstreams, "/", 1000, schedule.ManyConnections, () => measured.Add(Figures.ManyMemory, proxy.Name, running.Memory.RssMb));
        var cpu = Microseconds(sides, result);
        measured.Add(Figures.ManyRequestsPerSecond, proxy.Name, result.PerSecond);
        measured.Add(Figures.ManyCpuPerRequest, proxy.Name, cpu);
        Say("1,000 connections", $"{result.PerSecond,9:N0}/s {cpu,6:N1} us/request", sides);
    }

    void LargeBodies(RunningProxy running, Upstreams upstreams)
    {
        const double megabytes = (1 << 20) / 1e6;
        var (result, sides) = Load(running, upstreams, "/1m", 16, schedule.LargeBodies, () => { });
        measured.Add(Figures.LargeRate, proxy.Name, result.PerSecond * megabytes);
        measured.Add(Figures.LargeCpu, proxy.Name, Microseconds(sides, result));
        Say("1 MB bodies", $"{result.PerSecond * megabytes,6:N0} MB/s {Microseconds(sides, result),6:N0} us/request", sides);
    }

    (WrkResult, Sides) Load(RunningProxy running, Upstreams upstreams, string path, int connections, int seconds, Action inside)
    {
        var sides = new Sides(running, upstreams);
        var result = WrkLoad.Run(children, running.Port, path, connections, seconds, () =>
        {
            children.Pause(TimeSpan.FromSeconds(0.7 * seconds));
            inside();
        });
        sides.Stop();
        measured.SawForeign(sides.ForeignPercent);
        return (result, sides);
    }

    static double Microseconds(Sides sides, WrkResult result) => sides.ProxyCpu.TotalMicroseconds / result.Requests;

    void Say(string what, FormattableString figures, Sides sides) => progress.Say(string.Create(CultureInfo.InvariantCulture,
        $"{proxy.Name,-10} {what,-18} {figures.ToString(CultureInfo.InvariantCulture)}; {sides.Limit} (proxy {sides.ProxyPercent:N0} %, loader and upstreams {sides.LoaderPercent:N0} %, others {sides.ForeignPercent:N0} % of a core)"));
}
