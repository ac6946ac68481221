using System.Diagnostics;
using Understudy.Bench.Linux;

namespace Understudy.Bench.Deploys;

/// <summary>How busy the machine is while nothing of the benchmark runs.</summary>
static class QuietTime
{
    static readonly TimeSpan Watched = TimeSpan.FromSeconds(2);

    /// <summary>What others use, in percent of one core.</summary>
    public static double ForeignPercent(Children children)
    {
        var before = Busy();
        var began = Stopwatch.GetTimestamp();
        children.Pause(Watched);
        return 100 * (Busy() - before) / Stopwatch.GetElapsedTime(began);
    }

    static TimeSpan Busy() => Enumerable.Range(0, Environment.ProcessorCount).Aggregate(TimeSpan.Zero, (sum, core) => sum + CoreTimes.Busy(core));
}
