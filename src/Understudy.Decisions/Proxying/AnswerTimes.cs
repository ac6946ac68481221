namespace Understudy.Decisions.Proxying;

/// <summary>The buckets in which the proxy counts how long workers took from being handed a request to the head of their answer.</summary>
public static class AnswerTimes
{
    /// <summary>The upper bounds, each about 1.6 times the one before; one more bucket takes the rest.</summary>
    // A proxy reports counts alone, and another version of the agent reads them: a bound that changes falsifies a release watch during an upgrade.
    public static IReadOnlyList<int> UpToMilliseconds { get; } =
        [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000, 5000, 8000, 12000, 20000, 30000, 60000];

    public static int Buckets => UpToMilliseconds.Count + 1;

    /// <summary>What every duration in the bucket is above; 0 for the first.</summary>
    public static int Above(int bucket) => bucket == 0 ? 0 : UpToMilliseconds[bucket - 1];

    /// <summary>What no duration in the bucket is above; null for the last.</summary>
    public static int? UpTo(int bucket) => bucket < UpToMilliseconds.Count ? UpToMilliseconds[bucket] : null;
}
