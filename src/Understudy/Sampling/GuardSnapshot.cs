using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>What the watching thread last saw and decided. A value without references.</summary>
/// <param name="At">Time since boot.</param>
/// <param name="Turns">How often it has looked.</param>
/// <param name="Blind">The kernel's files could not be read.</param>
readonly record struct GuardSnapshot(GuardSight Sight, GuardState State, TimeSpan At, long Turns, bool Blind);
