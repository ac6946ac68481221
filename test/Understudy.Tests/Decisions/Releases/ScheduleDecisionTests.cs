using System.Globalization;
using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class ScheduleDecisionTests
{
    static readonly DateTimeOffset Midnight = new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    // Nothing is due.
    [InlineData("02:00", "03:00", "none", "02:30", false, "wait until 03:00")]
    [InlineData("02:00", "none", "none", "02:30", false, "wait until none")]
    [InlineData("02:00", "03:00", "none", "02:59:59", true, "wait until 03:00")]
    // Due now, or a little ago.
    [InlineData("02:00", "03:00", "03:00", "03:00", false, "run 03:00")]
    [InlineData("02:00", "03:00", "03:00", "03:09:59", false, "run 03:00")]
    // Once for all that were missed, and only for what is not long ago.
    [InlineData("02:00", "03:00", "03:05", "03:06", false, "run 03:05 for those before too")]
    [InlineData("02:00", "02:01", "03:06", "03:06", false, "run 03:06 for those before too")]
    [InlineData("02:00", "03:00", "none", "03:10", false, "skip 03:00 through 03:00: it was missed by more than 10 minutes")]
    [InlineData("02:00", "02:10", "none", "03:30", true, "skip 02:10 through 03:20: it was missed by more than 10 minutes")]
    // Never two at a time.
    [InlineData("02:00", "03:00", "03:00", "03:00", true, "skip 03:00 through 03:00: its run before has not ended")]
    [InlineData("02:00", "03:00", "03:05", "03:06", true, "skip 03:05 through 03:05: its run before has not ended")]
    // A clock that is set back runs nothing again, unless it was plainly wrong before.
    [InlineData("03:00", "04:00", "none", "02:30", false, "wait until 04:00")]
    [InlineData("23:00", "23:30", "none", "00:00", false, "wait until 23:30")]
    [InlineData("1.00:01", "1.03:00", "none", "00:00", false, "start over from 00:00")]
    [InlineData("1.00:01", "none", "none", "00:00", true, "start over from 00:00")]
    public void It_runs_skips_or_waits(string through, string first, string newest, string now, bool running, string expected)
    {
        var step = ScheduleDecision.Decide(new ScheduleObservation(At(through)!.Value, running, At(first), At(newest)), At(now)!.Value);
        Assert.Equal(expected, step switch
        {
            ScheduleStep.Wait wait => $"wait until {Show(wait.Until)}",
            ScheduleStep.Run run => $"run {Show(run.Due)}{(run.Missed ? " for those before too" : "")}",
            ScheduleStep.Skip skip => $"skip {Show(skip.Due)} through {Show(skip.Through)}: {skip.Reason}",
            ScheduleStep.StartOver over => $"start over from {Show(over.From)}",
            _ => "nothing",
        });
    }

    static DateTimeOffset? At(string time) => time == "none" ? null : Midnight + TimeSpan.Parse(time, CultureInfo.InvariantCulture);

    static string Show(DateTimeOffset? at) => at?.ToString("HH:mm", CultureInfo.InvariantCulture) ?? "none";
}
