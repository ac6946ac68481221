using System.Diagnostics;

namespace Understudy.Proxying;

/// <summary>The request path's clock: one vDSO call, no allocation. Readings mean something within this process only.</summary>
internal static class Clock
{
    public static readonly long TicksPerMillisecond = Stopwatch.Frequency / 1000;

    public static long Ticks => Stopwatch.GetTimestamp();

    public static TimeSpan Now => Time(Stopwatch.GetTimestamp());

    public static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);

    public static double Milliseconds(long ticks) => (double)ticks / TicksPerMillisecond;

    public static long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
