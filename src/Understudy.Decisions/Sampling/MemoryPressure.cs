namespace Understudy.Decisions.Sampling;

/// <summary>How much of the last ten seconds was spent waiting for memory, as the kernel's pressure stall information says. In percent, 0 to 100.</summary>
/// <param name="SomePercent">At least one task waited.</param>
/// <param name="FullPercent">Every task that could have run waited.</param>
public readonly record struct MemoryPressure(double SomePercent, double FullPercent);
