using Understudy.Linux;

namespace Understudy.Workers;

static class TimeOfDay
{
    /// <summary>The wall-clock time of a moment since boot.</summary>
    public static DateTimeOffset At(TimeSpan sinceBoot) => TimeProvider.System.GetUtcNow() - (BootClock.Now - sinceBoot);
}
