namespace Understudy.Decisions.Sampling;

/// <summary>What identifies a process: its pid alone is used again.</summary>
/// <param name="StartTicks">When it started, in clock ticks since boot.</param>
public readonly record struct ProcessKey(int Pid, long StartTicks);
