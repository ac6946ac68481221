using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>What a pool has counted since the proxy started. Guarded by the pool's gate.</summary>
internal sealed class PoolFigures
{
    readonly SlidingWindow waits = new();
    readonly SlidingWindow handed = new();

    public RetryBudget Budget { get; } = new();
    public long Requests { get; private set; }
    public long Forwarded { get; private set; }
    public long Retries { get; set; }
    public long Refused { get; set; }
    public long LostInside { get; set; }
    public long TimedOut { get; set; }
    public long Shed { get; set; }

    /// <summary>How long each attempt waited before it was handed to a worker, 0 included.</summary>
    public DurationHistogram QueueWaits { get; } = new();

    public void Requested(TimeSpan now)
    {
        Requests++;
        Budget.Request(now);
    }

    /// <summary>A client's request has gone to another host.</summary>
    public void Forward(TimeSpan now)
    {
        Forwarded++;
        Budget.Request(now);
    }

    public void Handed(TimeSpan now, long waited)
    {
        handed.Add(now, 1);
        QueueWaits.Count(waited);
        if (waited > 0) waits.Add(now, waited);
    }

    /// <summary>Mean of the last ten seconds, over all requests that were handed to workers.</summary>
    public double MeanWaitMs(TimeSpan now) => handed.Sum(now) is > 0 and var count ? Clock.Milliseconds(waits.Sum(now)) / count : 0;
}
