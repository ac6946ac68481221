using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>What the memory guard says, with the numbers that led to it.</summary>
public static class GuardSentence
{
    public static string Kind(GuardStep step) => step == GuardStep.Calm ? "guard.calm" : "guard." + step.ToString().ToLowerInvariant();

    /// <summary>The numbers of one look.</summary>
    public static string Numbers(in GuardSight sight)
    {
        var level = sight.Level;
        var swap = level.SwapTotalBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({Megabytes(level.SwapFreeBytes)} of it swap)") : ", no swap";
        var falling = sight.ExhaustedIn is { } left
            ? string.Create(CultureInfo.InvariantCulture, $", falling by {sight.FallingBytesPerSecond / 1e6:0.#} MB/s: gone in {Seconds(left)}")
            : "";
        var pressure = sight.Pressure is { SomePercent: >= 0.1 } stall
            ? string.Create(CultureInfo.InvariantCulture, $"; pressure some {stall.SomePercent:0.#} %, full {stall.FullPercent:0.#} %")
            : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Megabytes(level.LeftBytes)} of {Megabytes(level.AllBytes)}{(sight.OfGroup ? " of the workers' group" : "")} left{swap}{falling}{pressure}{(sight.Stuck ? "; processes are stuck waiting for memory" : "")}");
    }

    /// <summary>A step that was come to.</summary>
    public static string Raised(GuardStep step, in GuardSight sight, GuardMode mode)
    {
        var acts = mode == GuardMode.Act;
        var act = step switch
        {
            GuardStep.Hold => acts ? "no pool grows" : "would stop pools from growing",
            GuardStep.Reap => acts ? "stale processes are killed" : "would kill stale processes",
            GuardStep.Recycle => acts ? "the largest worker over its budget is replaced" : "would replace the largest worker over its budget",
            GuardStep.Shed => acts ? "a share of the requests gets 503" : "would answer a share of the requests with 503",
            _ => "there is enough memory",
        };
        return $"memory guard: {act}: {Numbers(sight)}";
    }

    /// <summary>A step that was left for the one before it.</summary>
    public static string Cleared(GuardStep left, in GuardSight sight)
    {
        var ends = left switch
        {
            GuardStep.Hold => "pools may grow again",
            GuardStep.Reap => "stale processes are no hurry any more",
            GuardStep.Recycle => "no more workers are replaced for it",
            _ => "every request is served again",
        };
        return $"memory guard: {ends}: {Numbers(sight)}";
    }

    static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");

    static string Seconds(TimeSpan time) => time.TotalMinutes >= 10
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
