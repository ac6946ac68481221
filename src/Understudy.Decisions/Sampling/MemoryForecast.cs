namespace Understudy.Decisions.Sampling;

/// <summary>When memory will be gone, at the rate at which it goes now.</summary>
public static class MemoryForecast
{
    /// <summary>Slower than this share of all memory per second (all of it in three hours) is no trend but noise.</summary>
    public const double LeastShare = 1.0 / 10_800;

    /// <summary>Null: not in sight.</summary>
    /// <param name="fallingBytesPerSecond">See <see cref="MemoryTrend"/>.</param>
    public static TimeSpan? ExhaustedIn(in MemoryLevel level, double fallingBytesPerSecond)
    {
        if (level.AllBytes <= 0 || fallingBytesPerSecond < level.AllBytes * LeastShare)
            return null;
        return TimeSpan.FromSeconds(Math.Max(0, level.LeftBytes) / fallingBytesPerSecond);
    }
}
