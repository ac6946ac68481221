namespace Understudy.Decisions.Sampling;

/// <summary>How often a scan is repeated, so that all scans together take at most a hundredth of a core.</summary>
public static class ScanPeriod
{
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(5);

    /// <summary>From the end of a scan to the start of the next.</summary>
    /// <param name="cost">CPU time of the last scan.</param>
    /// <param name="least">How often it is wanted, however cheap it is.</param>
    public static TimeSpan After(TimeSpan cost, TimeSpan least) => TimeSpan.FromTicks(Math.Clamp(cost.Ticks * 100, least.Ticks, Most.Ticks));
}
