using System.Globalization;
using Understudy.Config;
using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class ScheduleTimesTests
{
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("0 3 * * *", "2026-03-04T12:00Z", "2026-03-05T02:00Z")]
    [InlineData("*/15 * * * *", "2026-03-04T12:00Z", "2026-03-04T12:15Z")]
    [InlineData("0 9 * * MON-FRI", "2026-03-06T12:00Z", "2026-03-09T08:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00Z", "2028-02-28T23:00Z")]
    // The night of 29 March 2026 has no 02:30, that of 25 October has two.
    [InlineData("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("30 * * * *", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    public void The_next_time_is_in_the_hosts_zone(string at, string moment, string expected)
    {
        var times = new ScheduleTimes(at, Berlin);
        Assert.Equal(Parse(expected), times.After(Parse(moment)));
        Assert.Equal(Parse(expected), times.Newest(Parse(moment), Parse(expected)));
        Assert.Null(times.Newest(Parse(moment), Parse(expected).AddTicks(-1)));
    }

    [Fact]
    public void The_newest_of_many_is_found()
    {
        var times = new ScheduleTimes("* * * * *", Berlin);
        Assert.Equal(Parse("2026-03-04T12:09Z"), times.Newest(Parse("2026-03-04T12:00Z"), Parse("2026-03-04T12:09:59Z")));
        Assert.Null(new ScheduleTimes("0 0 30 2 *", Berlin).After(Parse("2026-03-04T12:00Z")));
    }

    [Theory]
    [InlineData("0 3 * * *", null)]
    [InlineData("0 0 29 2 *", null)]
    [InlineData("60 3 * * *", "not a time as in crontab")]
    [InlineData("a b c d e", "not a time as in crontab")]
    [InlineData("* * * * * *", "not a time as in crontab")]
    [InlineData("", "not a time as in crontab")]
    [InlineData("0 0 30 2 *", "never comes")]
    public void What_is_no_time_is_said(string at, string? sentence)
    {
        if (sentence is null)
            Assert.Null(ScheduleTimes.Check(at));
        else
            Assert.Contains(sentence, ScheduleTimes.Check(at), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_time_is_an_error_of_the_configuration_with_its_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["understudy.yaml"], "processes: {web: run}\nschedule:\n  good: {at: 0 3 * * *, command: x}\n  nightly:\n    command: x\n    at: 0 25 * * *\n  never: {at: 0 0 31 4 *, command: x}\n");
        var read = AppConfigLoader.Load(folder.Path);
        Assert.Null(read.Value);
        Assert.Equal([("schedule.nightly.at", 6), ("schedule.never.at", 7)], read.Errors.Select(error => (error.Key, error.Line)));
        Assert.Contains("0 25 * * *", read.Errors[0].ToString(), StringComparison.Ordinal);
    }

    static DateTimeOffset Parse(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);
}
