namespace Understudy.Decisions.Sampling;

/// <summary>What the memory guard sees in one turn.</summary>
/// <param name="FallingBytesPerSecond">How fast what is left goes; 0 while it does not. See <see cref="MemoryTrend"/>.</param>
/// <param name="Stuck">Processes wait for memory and none of them may be killed by the kernel (v1's under_oom).</param>
/// <param name="OfGroup">It is of the workers' limited group, not of the whole host.</param>
public readonly record struct GuardSight(MemoryLevel Level, MemoryPressure Pressure, double FallingBytesPerSecond, bool Stuck = false, bool OfGroup = false)
{
    /// <summary>Null: not in sight.</summary>
    public TimeSpan? ExhaustedIn => MemoryForecast.ExhaustedIn(Level, FallingBytesPerSecond);

    /// <summary>Of two, the one that asks for the higher step, or else has less left.</summary>
    public static GuardSight Worse(in GuardSight one, in GuardSight other)
    {
        var (first, second) = (GuardDecision.Asked(one), GuardDecision.Asked(other));
        return first != second ? (first > second ? one : other) : one.Level.LeftShare <= other.Level.LeftShare ? one : other;
    }
}
