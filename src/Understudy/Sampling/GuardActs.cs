namespace Understudy.Sampling;

/// <summary>How often the memory guard has acted since the agent's start.</summary>
/// <param name="Reaped">Turns in which it had stale processes killed.</param>
/// <param name="Recycled">Workers that it had replaced.</param>
/// <param name="Killed">Groups of processes that it killed in the last resort.</param>
readonly record struct GuardActs(long Reaped, long Recycled, long Killed);
