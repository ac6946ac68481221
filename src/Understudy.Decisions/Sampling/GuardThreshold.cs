namespace Understudy.Decisions.Sampling;

/// <summary>One side of a step's hysteresis: crossed when any of its three conditions holds.</summary>
/// <param name="LeftShare">Less than this share of RAM and swap is left...</param>
/// <param name="LeftBytes">...and less than this many bytes: a fifth of a large host is no want.</param>
/// <param name="Exhausted">At the present rate it is all gone sooner than this...</param>
/// <param name="ForecastBelow">...and less than this share is left: what is far away may end by itself.</param>
/// <param name="SomePercent">Tasks wait for memory this much of the time, and next to nothing can be had without swapping.</param>
/// <param name="For">How long it must hold without a break.</param>
public readonly record struct GuardThreshold(double LeftShare, long LeftBytes, TimeSpan Exhausted, double ForecastBelow, double SomePercent, TimeSpan For)
{
    /// <summary>Pressure is of the host's want of memory only where this little of the RAM is to be had; else a limit of one worker's own causes it.</summary>
    public const double PressureBelow = 0.15;

    public bool IsCrossed(in GuardSight sight)
    {
        var left = sight.Level.LeftShare;
        return sight.Stuck
            || (left < LeftShare && sight.Level.LeftBytes < LeftBytes)
            || (left < ForecastBelow && sight.ExhaustedIn < Exhausted)
            || (sight.Level.AvailableShare < PressureBelow && sight.Pressure.SomePercent >= SomePercent);
    }
}
