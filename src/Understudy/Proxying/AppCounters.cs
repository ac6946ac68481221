namespace Understudy.Proxying;

/// <summary>Requests of one app by status, and how long they took. Readable while they are counted.</summary>
internal sealed class AppCounters
{
    /// <summary>A client that went away before its answer; nginx's number for it.</summary>
    public const int ClientGone = 499;

    const int Statuses = 600;

    readonly long[] byStatus = new long[Statuses];

    public DurationHistogram Durations { get; } = new();

    public void Count(int status, long ticks)
    {
        Interlocked.Increment(ref byStatus[(uint)status < Statuses ? status : 0]);
        Durations.Count(ticks);
    }

    public long OfStatus(int status) => Volatile.Read(ref byStatus[status]);

    /// <summary>The status codes that have been counted, with their numbers.</summary>
    public IEnumerable<(int Status, long Count)> Seen()
    {
        for (var status = 0; status < Statuses; status++)
        {
            if (Volatile.Read(ref byStatus[status]) is > 0 and var count) yield return (status, count);
        }
    }
}
