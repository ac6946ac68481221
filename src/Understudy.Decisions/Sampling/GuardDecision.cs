namespace Understudy.Decisions.Sampling;

/// <summary>
/// How far to go against a want of memory: step by step, each with a threshold to come to it, a lower one to leave it, and a time for
/// which either must hold. Allocates nothing.
/// </summary>
public static class GuardDecision
{
    /// <summary>A step has this long to show its effect before the next is taken, unless the last one is asked for.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    /// <summary>Less than this share and these bytes left: the last resort. So too when all is shed already, and the rest is gone within this time.</summary>
    const double LastShare = 0.02;
    const long LastBytes = 256_000_000;
    static readonly TimeSpan LastTime = TimeSpan.FromSeconds(1);

    /// <summary>Less than this share and these bytes left, or all gone within this time: what leaves is not waited for. Short of where requests are shed.</summary>
    const double ImpatientShare = 0.08;
    const long ImpatientBytes = 700_000_000;
    const double ImpatientBelow = 0.20;
    static readonly TimeSpan ImpatientTime = TimeSpan.FromSeconds(8);

    /// <summary>Less than this share and these bytes left: everything is shed, until then half.</summary>
    const double ShedAllShare = 0.03;
    const long ShedAllBytes = 384_000_000;

    /// <summary>Tasks stand still this much of the time, all at once: everything is shed.</summary>
    const double ShedAllPercent = 40;

    const long Gigabyte = 1_000_000_000;

    /// <summary>By step, Hold first. 10 % and 5 % of memory and swap are where earlyoom asks and kills; each step comes before such a tool, or the kernel, would.</summary>
    static readonly GuardThreshold[] Raise =
    [
        new(0.20, 2 * Gigabyte, Seconds(120), 0.60, 10, Seconds(1)),
        new(0.15, 3 * Gigabyte / 2, Seconds(60), 0.50, 20, Seconds(1)),
        new(0.12, Gigabyte, Seconds(30), 0.40, 30, Seconds(1)),
        new(0.05, Gigabyte / 2, Seconds(5), 0.15, 60, Seconds(0.5)),
    ];

    static readonly GuardThreshold[] Clear =
    [
        new(0.25, 5 * Gigabyte / 2, Seconds(240), 0.65, 5, Seconds(30)),
        new(0.20, 2 * Gigabyte, Seconds(120), 0.55, 10, Seconds(15)),
        new(0.17, 3 * Gigabyte / 2, Seconds(60), 0.45, 15, Seconds(15)),
        new(0.08, 3 * Gigabyte / 4, Seconds(15), 0.20, 30, Seconds(5)),
    ];

    /// <summary>The highest step whose threshold is crossed, however briefly.</summary>
    public static GuardStep Asked(in GuardSight sight)
    {
        for (var step = GuardStep.Shed; step > GuardStep.Calm; step--)
        {
            if (RaiseAt(step).IsCrossed(sight))
                return step;
        }
        return GuardStep.Calm;
    }

    /// <summary>One turn.</summary>
    public static GuardState Turn(in GuardState state, in GuardSight sight, TimeSpan now)
    {
        var next = Step(state, sight, now);
        return next with { ShedPerMille = next.Step == GuardStep.Shed ? Share(sight) : 0, Impatient = IsImpatient(next, sight), LastResort = IsLast(next, sight) };
    }

    static GuardState Step(in GuardState state, in GuardSight sight, TimeSpan now)
    {
        var asked = Asked(sight);
        TimeSpan? worst = asked == GuardStep.Shed ? state.WorstSince ?? now : null;
        TimeSpan? worse = asked > state.Step ? state.WorseSince ?? now : null;
        TimeSpan? better = state.Step > GuardStep.Calm && !ClearAt(state.Step).IsCrossed(sight) ? state.BetterSince ?? now : null;

        if (state.Step < GuardStep.Shed && now - worst >= RaiseAt(GuardStep.Shed).For)
            return new GuardState { Step = GuardStep.Shed, Since = now, WorstSince = worst };
        // The first step waits for nothing before it.
        var settled = state.Step == GuardStep.Calm || now - state.Since >= Settle;
        if (state.Step + 1 < GuardStep.Shed && settled && now - worse >= RaiseAt(state.Step + 1).For)
            return new GuardState { Step = state.Step + 1, Since = now, WorseSince = worse, WorstSince = worst };
        if (better is not null && now - better >= ClearAt(state.Step).For)
            return new GuardState { Step = state.Step - 1, Since = now };
        return state with { WorseSince = worse, WorstSince = worst, BetterSince = better };
    }

    static int Share(in GuardSight sight) =>
        sight.Stuck || IsBelow(sight.Level, ShedAllShare, ShedAllBytes) || sight.Pressure.FullPercent >= ShedAllPercent ? 1000 : 500;

    static bool IsImpatient(in GuardState state, in GuardSight sight) => state.Step >= GuardStep.Recycle
        && (sight.Stuck || IsBelow(sight.Level, ImpatientShare, ImpatientBytes) || (sight.Level.LeftShare < ImpatientBelow && sight.ExhaustedIn < ImpatientTime));

    static bool IsLast(in GuardState state, in GuardSight sight) =>
        state.Step == GuardStep.Shed && (sight.Stuck || IsBelow(sight.Level, LastShare, LastBytes) || (IsBelow(sight.Level, ShedAllShare, ShedAllBytes) && sight.ExhaustedIn < LastTime));

    static bool IsBelow(in MemoryLevel level, double share, long bytes) => level.LeftShare < share && level.LeftBytes < bytes;

    static GuardThreshold RaiseAt(GuardStep step) => Raise[(int)step - 1];

    static GuardThreshold ClearAt(GuardStep step) => Clear[(int)step - 1];

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
