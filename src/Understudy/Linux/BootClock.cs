using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Time since boot (CLOCK_BOOTTIME): never set back, goes on through suspend, and means the same to every process on the host.</summary>
public static unsafe partial class BootClock
{
    const int ClockBootTime = 7;

    public static TimeSpan Now
    {
        get
        {
            Timespec time;
            _ = clock_gettime(ClockBootTime, &time);
            return new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, Timespec* time);
}
