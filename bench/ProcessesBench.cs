using System.Globalization;
using Understudy.Bench.Deploys;
using Understudy.Bench.Processes;

namespace Understudy.Bench;

/// <summary>The whole run: the table of memory at each number of forks beside other tools, the scan for shared connections, the agent's sampling, orphans, a leak; then the report.</summary>
sealed class ProcessesBench(BenchOptions options, Children children)
{
    const int Scanned = 600;
    readonly Measurements _measured = new();
    readonly Progress _progress = new();

    /// <summary>Exit code: 0 also when a goal was missed, 1 when something could not be measured.</summary>
    public int Run()
    {
        if (!File.Exists(options.Binary))
            throw new BenchFailure($"{options.Binary} is not there; make it with ./dev publish.");
        if (!Environment.IsPrivilegedProcess)
            throw new BenchFailure("root is needed: the other tools see other users' processes as root only, and only root limits memory.");
        // Workers run as another user, who must reach their folders.
        File.SetUnixFileMode(children.Folder, (UnixFileMode)0b111_001_001);
        _measured.SawForeign(QuietTime.ForeignPercent(children));
        Attempt("an orphan", () => new Orphans(options, children, _measured, _progress).Run());
        Attempt("a leak", () => new LeakRound(options, children, _measured, _progress).Run());
        Attempt("the agent with 20 workers", Sampling);
        Attempt("forks of Rails", Forks);
        return new Report(_measured, "processes", ProcessesFigures.All, "passenger-memory-stats", "smem").Write();
    }

    void Sampling()
    {
        var idle = new Measurements();
        new AgentRound(options, Schedule.For(options), children, idle, _progress).Run();
        _measured.Add(ProcessesFigures.Sampling, Measurements.Ours, idle.Value(Figures.AgentCpu, Measurements.Ours)!.Value);
    }

    void Forks()
    {
        var rails = new RailsForks(options, children);
        try
        {
            var times = new MemoryTimes(options, children, _measured, _progress);
            foreach (var forks in options.Quick ? (int[])[10, 100] : [10, 100, 500])
            {
                rails.Become(forks);
                times.Measure(rails.Host, forks);
            }
            if (!options.Quick)
                Scan(rails);
        }
        finally
        {
            rails.Host.Stop();
        }
    }

    void Scan(RailsForks rails)
    {
        rails.Become(Scanned - 1);
        var before = rails.Scans();
        children.Pause(TimeSpan.FromSeconds(75));
        var after = rails.Scans();
        if (after.Count == before.Count)
            throw new BenchFailure("no scan for shared connections within 75 s");
        _measured.Add(ProcessesFigures.Scan, Measurements.Ours, 1000 * (after.Seconds - before.Seconds) / (after.Count - before.Count));
        _progress.Say(string.Create(CultureInfo.InvariantCulture, $"{after.Count - before.Count} scans of {Scanned} processes for shared connections, on average {_measured.Value(ProcessesFigures.Scan, Measurements.Ours):N1} ms"));
    }

    void Attempt(string what, Action action)
    {
        _progress.Say(what);
        _measured.Attempt(what, _progress, action);
        children.StopAll();
    }
}
