namespace Understudy.Decisions.Releases;

/// <summary>
/// Fisher's exact test, one-sided. It holds at any number, three failures of twenty included, where tests that take the rates to be spread
/// like a bell do not.
/// </summary>
static class ReleaseWatchChance
{
    /// <summary>Were all hits dealt out blindly over both sides' tries: the chance that the new side gets as many as it got, or more.</summary>
    public static double OfAsMany(long oldHits, long oldTries, long newHits, long newTries)
    {
        var hits = oldHits + newHits;
        var term = Math.Exp(LogChoices(newTries, newHits) + LogChoices(oldTries, oldHits) - LogChoices(oldTries + newTries, hits));
        var sum = 0.0;
        for (var got = newHits; ; got++)
        {
            sum += term;
            if (got >= Math.Min(hits, newTries) || term <= sum * 1e-9) return Math.Min(1, sum);
            term *= (double)(newTries - got) / (got + 1) * (hits - got) / (oldTries - hits + got + 1);
        }
    }

    static double LogChoices(long of, long chosen) => LogFactorial(of) - LogFactorial(chosen) - LogFactorial(of - chosen);

    /// <summary>By Stirling's series, whose error is under 1e-9 from 16 on.</summary>
    static double LogFactorial(long n)
    {
        if (n >= 16) return (n * Math.Log(n)) - n + (0.5 * Math.Log(2 * Math.PI * n)) + (1.0 / (12.0 * n)) - (1.0 / (360.0 * n * n * n));
        var log = 0.0;
        for (var i = 2; i <= n; i++) log += Math.Log(i);
        return log;
    }
}
