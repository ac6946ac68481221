using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Understudy.Bench.Deploys;
using Understudy.Bench.Fleets;

namespace Understudy.Bench;

/// <summary>The whole run: an idle fleet, what a hop costs, hosts that lose their power and that lock up, the one that leads the store among them; then the report.</summary>
sealed class FleetBench(BenchOptions options, Children children)
{
    const int Rate = 500;
    static readonly TimeSpan Before = TimeSpan.FromSeconds(4);
    readonly Measurements _measured = new();
    readonly Progress _progress = new();

    int Seconds => options.Quick ? 12 : 20;

    /// <summary>Exit code: 0 also when a goal was missed, 1 when something could not be measured.</summary>
    public int Run()
    {
        if (!File.Exists(options.Binary))
            throw new BenchFailure($"{options.Binary} is not there; make it with ./dev publish.");
        if (!Environment.IsPrivilegedProcess)
            throw new BenchFailure("root is needed: only root makes network namespaces and cgroups.");
        // Workers run as another user, who must reach their folders.
        File.SetUnixFileMode(children.Folder, (UnixFileMode)0b111_001_001);
        _measured.SawForeign(QuietTime.ForeignPercent(children));
        _progress.Say("three hosts form a fleet");
        var fleet = new LabFleet(options, children, 3);
        fleet.Whole();
        Attempt("an idle fleet", () => Idle(fleet));
        Attempt("a hop", () => Hop(fleet));
        // The leader of the store, and one that is none; the requests are asked of a third.
        Attempt("a host locks up", () => Fault(fleet, "freeze", leader: true, FleetFigures.FrozenFailed, FleetFigures.FrozenP99));
        Attempt("another host locks up", () => Fault(fleet, "freeze", leader: false, FleetFigures.FrozenFailed, FleetFigures.FrozenP99));
        Attempt("a host loses its power", () => Fault(fleet, "kill", leader: true, FleetFigures.KilledFailed, null));
        Attempt("another host loses its power", () => Fault(fleet, "kill", leader: false, FleetFigures.KilledFailed, null));
        fleet.Down();
        Attempt("1,000 simulated hosts", Crowd);
        return new Report(_measured, "fleet", FleetFigures.All).Write();
    }

    void Idle(LabFleet fleet)
    {
        var seconds = TimeSpan.FromSeconds(options.Quick ? 15 : 60);
        foreach (var (word, figure) in new[] { ("agent", FleetFigures.AgentIdle), ("etcd", FleetFigures.EtcdIdle) })
        {
            var before = fleet.Cpu(word);
            var began = Stopwatch.GetTimestamp();
            children.Pause(seconds);
            var (after, took) = (fleet.Cpu(word), Stopwatch.GetElapsedTime(began));
            for (var i = 0; i < before.Count; i++)
                _measured.Add(figure, Measurements.Ours, 100 * (after[i] - before[i]) / took);
            _progress.Say(string.Create(CultureInfo.InvariantCulture, $"idle {word}: {_measured.Value(figure, Measurements.Ours):N2} % of a core at most"));
        }
    }

    void Hop(LabFleet fleet)
    {
        var shared = PerRequest(fleet);
        foreach (var other in fleet.Names.Skip(1))
            fleet.Verb(fleet.Names[0], "drain", other);
        var alone = PerRequest(fleet);
        foreach (var other in fleet.Names.Skip(1))
            fleet.Verb(fleet.Names[0], "drain", other, "--undo");
        _measured.Add(FleetFigures.HopCpu, Measurements.Ours, shared / alone);
        _progress.Say(string.Create(CultureInfo.InvariantCulture, $"proxies: {1000 * shared:N3} ms of CPU per request in the fleet, {1000 * alone:N3} on one host"));
        fleet.Whole();
    }

    /// <summary>Seconds of all proxies' CPU for one request.</summary>
    double PerRequest(LabFleet fleet)
    {
        var before = fleet.Cpu("proxy");
        var (requests, _, _) = LabFleet.Measured(fleet.Load(fleet.Names[0], Rate, Seconds), TimeSpan.FromSeconds(Seconds + 60));
        return fleet.Cpu("proxy").Zip(before, (after, earlier) => (after - earlier).TotalSeconds).Sum() / requests;
    }

    void Fault(LabFleet fleet, string fault, bool leader, Figure failed, Figure? p99)
    {
        var leads = fleet.Leader();
        var victim = leader ? leads : fleet.Names.Last(name => name != leads);
        var asked = fleet.Names.First(name => name != victim);
        var load = fleet.Load(asked, Rate, Seconds);
        children.Pause(Before);
        fleet.Lab(fault, victim);
        var figures = LabFleet.Measured(load, TimeSpan.FromSeconds(Seconds + 60));
        _measured.Add(failed, Measurements.Ours, figures.Failed);
        if (p99 is not null)
            _measured.Add(p99, Measurements.Ours, figures.P99);
        _progress.Say(string.Create(CultureInfo.InvariantCulture, $"{fault} {victim}{(leader ? ", which leads the store" : "")}: {figures.Failed} of {figures.Requests} requests failed, p99 {figures.P99:N1} ms"));
        fleet.Lab("heal", victim);
        fleet.Whole();
    }

    /// <summary>Beside one real host, whose agent leads, and whose etcd is the only one.</summary>
    void Crowd()
    {
        var fleet = new LabFleet(options, children, 1);
        fleet.Whole();
        var (calm, within) = (options.Quick ? 20 : 60, TimeSpan.FromMinutes(2));
        var crowd = fleet.Crowd(1000, calm + 10, 20);
        var began = Stopwatch.GetTimestamp();
        while (!crowd.Said().Contains("are in after", StringComparison.Ordinal))
        {
            if (crowd.Ended || Stopwatch.GetElapsedTime(began) > within)
                throw new BenchFailure($"the simulated hosts are not in:\n{crowd.Said()}");
            children.Pause(TimeSpan.FromMilliseconds(200));
        }
        // What their coming asked of all is done by then.
        children.Pause(TimeSpan.FromSeconds(5));
        foreach (var (word, figure) in new[] { ("agent", FleetFigures.CrowdLeaderCpu), ("etcd", FleetFigures.CrowdStoreCpu) })
        {
            var (before, from) = (fleet.Cpu(word)[0], Stopwatch.GetTimestamp());
            children.Pause(TimeSpan.FromSeconds(calm / 2));
            _measured.Add(figure, Measurements.Ours, 100 * (fleet.Cpu(word)[0] - before) / Stopwatch.GetElapsedTime(from));
        }
        if (crowd.WaitForEnd(within) is not 0)
            throw new BenchFailure($"did not end as it should: {crowd.Command}\n{crowd.Said()}");
        using var figures = JsonDocument.Parse(crowd.Said().Split('\n').Last(line => line.StartsWith('{')));
        foreach (var seconds in figures.RootElement.GetProperty("changeSeconds").EnumerateArray())
            _measured.Add(FleetFigures.CrowdChange, Measurements.Ours, seconds.GetDouble());
        _progress.Say(string.Create(CultureInfo.InvariantCulture,
            $"1,000 simulated hosts: leader's agent {_measured.Value(FleetFigures.CrowdLeaderCpu, Measurements.Ours):N1} %, etcd {_measured.Value(FleetFigures.CrowdStoreCpu, Measurements.Ours):N1} % of a core; a change reaches all within {_measured.Value(FleetFigures.CrowdChange, Measurements.Ours):N2} s"));
        fleet.Down();
    }

    void Attempt(string what, Action action)
    {
        _progress.Say(what);
        _measured.Attempt(what, _progress, action);
    }
}
