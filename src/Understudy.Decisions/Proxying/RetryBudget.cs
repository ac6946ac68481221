namespace Understudy.Decisions.Proxying;

/// <summary>
/// Keeps retries from doubling the load of a pool that fails as a whole: at most 20 % of the requests of the last ten seconds,
/// or <see cref="Floor"/> where there were few, so that a quiet site still retries. Not safe for concurrent use.
/// </summary>
public sealed class RetryBudget
{
    public const double Share = 0.2;

    /// <summary>Retries allowed in ten seconds whatever the number of requests.</summary>
    public const int Floor = 50;

    readonly SlidingWindow requests = new();
    readonly SlidingWindow retries = new();

    public void Request(TimeSpan now) => requests.Add(now, 1);

    /// <summary>Takes one retry from the budget; false when it is spent.</summary>
    public bool TryRetry(TimeSpan now)
    {
        if (retries.Sum(now) >= Math.Max(Floor, requests.Sum(now) * Share)) return false;
        retries.Add(now, 1);
        return true;
    }
}
