namespace Understudy.Proxying;

/// <summary>Durations counted in buckets, for Prometheus. Readable while they are counted.</summary>
internal sealed class DurationHistogram
{
    /// <summary>The upper bounds in seconds; one more bucket takes the rest.</summary>
    public static readonly double[] UpToSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    static readonly long[] upToTicks = Array.ConvertAll(UpToSeconds, seconds => Clock.ToTicks(TimeSpan.FromSeconds(seconds)));

    readonly long[] buckets = new long[UpToSeconds.Length + 1];
    long sum;

    public void Count(long ticks)
    {
        var bucket = 0;
        while (bucket < upToTicks.Length && ticks > upToTicks[bucket]) bucket++;
        Interlocked.Increment(ref buckets[bucket]);
        Interlocked.Add(ref sum, ticks);
    }

    public void Write(PrometheusText page, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var counts = new long[buckets.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = Volatile.Read(ref buckets[i]);
        page.Histogram(UpToSeconds, counts, Clock.Milliseconds(Volatile.Read(ref sum)) / 1000, labels);
    }
}
