using System.Globalization;
using Understudy.Bench.Deploys;

namespace Understudy.Bench.Processes;

/// <summary>How long one waits for the table of a host's memory, by `memory` and by what Debian has, in turn; each from the start of its process to the end of its output, piped.</summary>
sealed class MemoryTimes(BenchOptions options, Children children, Measurements measured, Progress progress)
{
    const string Passenger = "/usr/sbin/passenger-memory-stats";
    const string Smem = "/usr/bin/smem";
    static readonly TimeSpan Within = TimeSpan.FromMinutes(4);
    readonly int _rounds = options.Quick ? 1 : 3;
    readonly int _ours = options.Quick ? 5 : 10;

    /// <summary>Passenger's own tool beside ours, and smem, with so many forks.</summary>
    public void Measure(DeployHost host, int forks)
    {
        var exact = ProcessesFigures.Exact;
        for (var round = 0; round < _rounds; round++)
        {
            Time(ProcessesFigures.Memory(forks), Measurements.Ours, _ours, options.Binary, "memory", "--root", host.Root);
            Time(ProcessesFigures.Memory(forks), Measurements.Peer, 1, Passenger);
            Time(ProcessesFigures.Memory(forks), Measurements.OtherPeer, 1, Smem);
            if (exact.Name.Contains($".{forks}_", StringComparison.Ordinal))
                Time(exact, Measurements.Ours, _ours, options.Binary, "memory", "--exact", "--root", host.Root);
        }
        if (measured.Of(exact, Measurements.Ours) is not null && measured.Value(ProcessesFigures.Memory(forks), Measurements.Peer) is { } theirs)
            measured.Add(exact, Measurements.Peer, theirs);
        Tell(ProcessesFigures.Memory(forks));
        if (measured.Of(exact, Measurements.Ours) is not null)
            Tell(exact);
    }

    void Time(Figure figure, string who, int times, params string[] command)
    {
        var said = children.Run([options.Native("stopwatch"), "run", $"{times}", .. command], Within, environment: new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["HOME"] = children.Folder });
        foreach (var line in said.Split('\n').Where(line => double.TryParse(line, CultureInfo.InvariantCulture, out _)))
            measured.Add(figure, who, double.Parse(line, CultureInfo.InvariantCulture));
    }

    void Tell(Figure figure)
    {
        string Of(string who) => measured.Of(figure, who) is { } series ? string.Create(CultureInfo.InvariantCulture, $"{series.Median:N1} ms ({series.Min:N1} to {series.Max:N1})") : "not measured";
        progress.Say($"{figure.Label,-32} {Of(Measurements.Ours)}; passenger-memory-stats {Of(Measurements.Peer)}; smem {Of(Measurements.OtherPeer)}");
    }
}
