namespace Understudy.Decisions.Proxying;

/// <summary>
/// Requests that killed the workers of both their attempts; they are not retried for a minute, or until one like them is answered. One that was
/// answered between the two breaks is innocent: something else ends the workers, and a page that many ask for needs its retries then. Not safe
/// for concurrent use.
/// </summary>
public sealed class Quarantine
{
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(60);

    /// <summary>The oldest is forgotten first, so that an attacker with many targets cannot fill memory.</summary>
    public const int Most = 1000;

    readonly Dictionary<(string Method, string Target), Record> known = [];
    readonly Queue<(string Method, string Target)> order = [];
    TimeSpan newest;

    readonly record struct Record(TimeSpan? Answered, TimeSpan Until);

    /// <summary>Requests under which a worker broke lately.</summary>
    public int Count => known.Count;

    /// <summary>A worker broke with it inside.</summary>
    public void Broke(string method, string target, TimeSpan now)
    {
        newest = now;
        if (known.ContainsKey((method, target))) return;
        if (known.Count >= Most) known.Remove(order.Dequeue());
        order.Enqueue((method, target));
        known[(method, target)] = default;
    }

    /// <summary>The second worker broke too.</summary>
    /// <param name="first">When the first did.</param>
    public void BrokeAgain(string method, string target, TimeSpan first, TimeSpan now)
    {
        Broke(method, target, now);
        var record = known[(method, target)];
        if (record.Answered is null || record.Answered < first) known[(method, target)] = record with { Until = now + Term };
    }

    /// <summary>A worker has answered one like it.</summary>
    public void Answered(string method, string target, TimeSpan now)
    {
        if (now >= newest + Term)
        {
            known.Clear();
            order.Clear();
        }
        else if (known.ContainsKey((method, target)))
        {
            known[(method, target)] = new Record(now, TimeSpan.Zero);
        }
    }

    public bool Holds(string method, string target, TimeSpan now) =>
        known.Count > 0 && known.TryGetValue((method, target), out var record) && now < record.Until;
}
