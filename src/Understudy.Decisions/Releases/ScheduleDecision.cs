namespace Understudy.Decisions.Releases;

/// <summary>What is known of one scheduled command.</summary>
/// <param name="Through">Every due time up to here has been run or passed over.</param>
/// <param name="Running">A run of it has not ended.</param>
/// <param name="First">The first due time after Through; null: none ever.</param>
/// <param name="Newest">The newest due time after Through that is now or less than `LateAtMost` ago; null where there is none.</param>
public sealed record ScheduleObservation(DateTimeOffset Through, bool Running, DateTimeOffset? First, DateTimeOffset? Newest);

/// <summary>What is to be done about one scheduled command now.</summary>
public abstract record ScheduleStep
{
    /// <param name="Until">The next due time; null: none ever.</param>
    public sealed record Wait(DateTimeOffset? Until) : ScheduleStep;

    /// <summary>Run it for this due time, and count every one up to it as done.</summary>
    /// <param name="Missed">Due times before it were missed too, and are not made up for.</param>
    public sealed record Run(DateTimeOffset Due, bool Missed) : ScheduleStep;

    /// <summary>Count every due time up to `Through` as done without running it; `Due` is one of them.</summary>
    public sealed record Skip(DateTimeOffset Due, DateTimeOffset Through, string Reason) : ScheduleStep;

    /// <summary>The clock has been set back so far that what was done says nothing now: go on from here.</summary>
    public sealed record StartOver(DateTimeOffset From, string Reason) : ScheduleStep;

    ScheduleStep() { }
}

/// <summary>When a scheduled command runs: for each due time once at most, never twice at a time, and late only by a little.</summary>
public static class ScheduleDecision
{
    /// <summary>A due time missed by less, because no agent ran then, is run late. Beyond it a nightly job would run in the busiest hour.</summary>
    public static readonly TimeSpan LateAtMost = TimeSpan.FromMinutes(10);

    /// <summary>A clock set back by less runs nothing again. By more, it was plainly wrong before, and waiting for it could take years.</summary>
    public static readonly TimeSpan SetBackAtMost = TimeSpan.FromDays(1);

    public static ScheduleStep Decide(ScheduleObservation seen, DateTimeOffset now)
    {
        if (seen.Through - now > SetBackAtMost)
            return new ScheduleStep.StartOver(now, $"the clock was set back by more than a day: what is due before {Moment(seen.Through)} counts again");
        if (seen.First is not { } first || first > now)
            return new ScheduleStep.Wait(seen.First);
        if (seen.Newest is not { } newest)
            return new ScheduleStep.Skip(first, now - LateAtMost, $"it was missed by more than {LateAtMost.TotalMinutes:0} minutes");
        return seen.Running ? new ScheduleStep.Skip(newest, newest, "its run before has not ended") : new ScheduleStep.Run(newest, Missed: first < newest);
    }

    static string Moment(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
