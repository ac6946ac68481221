namespace Understudy.Decisions.Proxying;

/// <summary>Requests that killed the workers of both their attempts; they are not retried for a minute. Not safe for concurrent use.</summary>
public sealed class Quarantine
{
    public static readonly TimeSpan Term = TimeSpan.FromSeconds(60);

    /// <summary>The oldest is forgotten first, so that an attacker with many targets cannot fill memory.</summary>
    public const int Most = 1000;

    readonly Dictionary<(string Method, string Target), TimeSpan> until = [];
    readonly Queue<(string Method, string Target)> order = [];

    public int Count => until.Count;

    public void Add(string method, string target, TimeSpan now)
    {
        if (!until.ContainsKey((method, target)))
        {
            if (until.Count >= Most) until.Remove(order.Dequeue());
            order.Enqueue((method, target));
        }

        until[(method, target)] = now + Term;
    }

    public bool Holds(string method, string target, TimeSpan now) =>
        until.Count > 0 && until.TryGetValue((method, target), out var end) && now < end;
}
