namespace Understudy.Decisions.Sampling;

/// <summary>How often a scan is repeated, so that all scans together take at most a hundredth of a core.</summary>
public static class ScanPeriod
{
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    /// <summary>From the end of a scan to the start of the next.</summary>
    /// <param name="cost">CPU time of the last scan.</param>
    public static TimeSpan After(TimeSpan cost) => TimeSpan.FromTicks(Math.Clamp(cost.Ticks * 100, Least.Ticks, Most.Ticks));
}
