using System.Globalization;
using Understudy.Decisions.Proxying;

namespace Understudy.Decisions.Releases;

/// <summary>
/// Whether a release that is being rolled out does clearly worse than the one that it replaces. Both are counted over the same time, so
/// that what is wrong with both (a slow database) is not held against the new one. Whoever asks leaves out the new workers' first seconds,
/// in which caches are cold.
/// </summary>
public static class ReleaseWatch
{
    /// <summary>Fewer failures than these are nobody's fault.</summary>
    const int FewestFailures = 3;

    /// <summary>Asked each second of a roll, a test at one in a hundred would stop a good release about every other time; this one in thousands.</summary>
    const double Chance = 1e-4;

    /// <summary>The old release's share of failures counts for nothing with fewer requests.</summary>
    const int FewestToCompare = 20;

    /// <summary>Without an old release to compare with, half of so many must fail.</summary>
    const int FewestAlone = 10;

    const int FewestAnswers = 50;

    /// <returns>Null: carry on; else why to roll back, for the event log.</returns>
    public static string? Judge(ReleaseFigures old, ReleaseFigures fresh) =>
        Failing(old, fresh)
        // Limits are in bucket bounds, the old release's rounded up and the new one's down, so in truth these are factors of 2 to 6 and 3 to 8.
        ?? Slower(old, fresh, 0.5, 2, 100, "half of the new release's requests take")
        ?? Slower(old, fresh, 0.9, 3, 250, "a tenth of the new release's requests takes");

    static string? Failing(ReleaseFigures old, ReleaseFigures fresh)
    {
        var failures = Math.Min(fresh.Failures, fresh.Requests);
        var oldFailures = Math.Min(old.Failures, old.Requests);
        if (failures < FewestFailures) return null;
        var rate = (double)failures / fresh.Requests;
        var oldRate = old.Requests == 0 ? 0 : (double)oldFailures / old.Requests;
        if (old.Requests < FewestToCompare)
        {
            return fresh.Requests >= FewestAlone && rate >= 0.5 && rate >= oldRate * 2
                ? $"{failures} of the new release's {fresh.Requests} requests failed, and the old one had too few to compare with"
                : null;
        }

        // Among millions the least difference is no chance, and still no reason.
        if (rate - oldRate < 0.001 || (rate < oldRate * 2 && rate < oldRate + 0.1)) return null;
        if (ReleaseWatchChance.OfAsMany(oldFailures, old.Requests, failures, fresh.Requests) > Chance) return null;
        return $"{Percent(rate)} of the new release's {fresh.Requests} requests failed, {(oldFailures == 0 ? "none" : Percent(oldRate))} of the old one's did";
    }

    /// <summary>By a quantile, and only where the share of requests beyond the new one is no chance either: one in ten being slow in both, a small sample has its quantile in either camp.</summary>
    static string? Slower(ReleaseFigures old, ReleaseFigures fresh, double quantile, int factor, int more, string what)
    {
        var (oldAnswers, answers) = (Beyond(old, 0), Beyond(fresh, 0));
        if (oldAnswers < FewestAnswers || answers < FewestAnswers) return null;
        var bucket = Quantile(fresh, quantile, answers);
        var above = AnswerTimes.Above(bucket);
        if (AnswerTimes.UpTo(Quantile(old, quantile, oldAnswers)) is not { } oldUpTo || above <= ((long)oldUpTo * factor) + more) return null;
        if (ReleaseWatchChance.OfAsMany(Beyond(old, bucket), oldAnswers, Beyond(fresh, bucket), answers) > Chance) return null;
        return $"{what} over {above} ms, of the old one's {oldUpTo} ms";
    }

    /// <summary>Answers in this bucket and those after.</summary>
    static long Beyond(ReleaseFigures figures, int bucket)
    {
        var sum = 0L;
        for (; bucket < Math.Min(figures.Durations.Count, AnswerTimes.Buckets); bucket++) sum += figures.Durations[bucket];
        return sum;
    }

    static int Quantile(ReleaseFigures figures, double quantile, long answers)
    {
        var bucket = 0;
        for (var below = 0L; (below += figures.Durations[bucket]) < quantile * answers;) bucket++;
        return bucket;
    }

    static string Percent(double rate) => (rate * 100).ToString(rate < 0.001 ? "0.000" : "0.0", CultureInfo.InvariantCulture) + " %";
}
