namespace Understudy.Decisions.Proxying;

/// <summary>A sum over the last ten seconds, kept by whole seconds. Not safe for concurrent use.</summary>
public sealed class SlidingWindow
{
    public const int Seconds = 10;

    readonly long[] sums = new long[Seconds];
    long newest = long.MinValue;
    long total;

    public void Add(TimeSpan now, long amount)
    {
        Advance(now);
        sums[Slot(newest)] += amount;
        total += amount;
    }

    public long Sum(TimeSpan now)
    {
        Advance(now);
        return total;
    }

    void Advance(TimeSpan now)
    {
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        if (second <= newest) return;
        if (second - newest >= Seconds || newest == long.MinValue)
        {
            Array.Clear(sums);
            total = 0;
        }
        else
        {
            for (var passed = newest + 1; passed <= second; passed++)
            {
                total -= sums[Slot(passed)];
                sums[Slot(passed)] = 0;
            }
        }

        newest = second;
    }

    static int Slot(long second) => (int)(((second % Seconds) + Seconds) % Seconds);
}
