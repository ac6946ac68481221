namespace Understudy.Tests.Proxying;

/// <summary>Time that stands still until a test moves it.</summary>
sealed class EdgeTime : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Pending> timers = [];

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Pending(this, callback, state, period);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits for a timer that is due within that time, then lets it ring.</summary>
    public async Task Passes(TimeSpan span)
    {
        Pending? due = null;
        await Eventually.True(() => (due = Due(span)) is not null, $"something waits for {span}");
        due!.Ring();
    }

    Pending? Due(TimeSpan span)
    {
        lock (gate) return timers.Find(t => t.In <= span);
    }

    sealed class Pending(EdgeTime time, TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        public TimeSpan In { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                In = dueTime;
                if (dueTime != Timeout.InfiniteTimeSpan) time.timers.Add(this);
            }

            return true;
        }

        public void Ring()
        {
            if (period == Timeout.InfiniteTimeSpan) Dispose();
            callback(state);
        }

        public void Dispose()
        {
            lock (time.gate) time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
