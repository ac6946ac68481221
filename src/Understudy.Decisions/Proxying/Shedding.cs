namespace Understudy.Decisions.Proxying;

/// <summary>
/// How many requests the proxy is to answer with 503 at once, and until when, in one number, so that it is never seen half written. It
/// runs out by itself: an agent that dies while it sheds does not close the site.
/// </summary>
public static class Shedding
{
    /// <summary>What Retry-After says, in seconds.</summary>
    public const int RetryAfterSeconds = 5;

    const int ShareBits = 10;
    const int Most = 1000;

    /// <param name="until">Time since boot.</param>
    public static long Word(TimeSpan until, int perMille) => perMille <= 0 ? 0 : ((long)until.TotalMilliseconds << ShareBits) | (uint)Math.Min(perMille, Most);

    /// <summary>Of a thousand requests, how many are shed now.</summary>
    /// <param name="now">Time since boot.</param>
    public static int PerMille(long word, TimeSpan now) => word > 0 && word >> ShareBits > (long)now.TotalMilliseconds ? (int)Math.Min(word & ((1 << ShareBits) - 1), Most) : 0;
}
