using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>CPU time that the calling thread has used (CLOCK_THREAD_CPUTIME_ID): what work costs, whatever else the host is busy with.</summary>
static unsafe partial class ThreadClock
{
    const int ThreadCpuTime = 3;

    public static TimeSpan Used
    {
        get
        {
            var time = stackalloc long[2];
            _ = clock_gettime(ThreadCpuTime, time);
            return new TimeSpan((time[0] * TimeSpan.TicksPerSecond) + (time[1] / 100));
        }
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, long* time);
}
