using System.Globalization;

namespace Understudy.Bench.Linux;

/// <summary>How long a core has been busy, with anything, since boot.</summary>
static class CoreTimes
{
    public static TimeSpan Busy(int core)
    {
        var fields = File.ReadLines("/proc/stat").First(line => line.StartsWith($"cpu{core} ", StringComparison.Ordinal)).Split(' ');
        // user nice system idle iowait irq softirq steal; guest time is in user already.
        var ticks = new[] { 1, 2, 3, 6, 7, 8 }.Sum(i => long.Parse(fields[i], CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / 100.0);
    }
}
