using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class MemoryTrendTests
{
    const double MB = 1_000_000;

    static readonly MemoryLevel Gigabyte = new(1_000_000_000, 200_000_000, 0, 0);

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    public void A_steady_fall_is_measured_whatever_the_rhythm(int perSecond) =>
        Assert.Equal(20, Run(perSecond, 12, second => 800 - (20 * second)).FallingBytesPerSecond / MB, 0.5);

    [Fact]
    public void What_grows_or_stands_does_not_fall()
    {
        Assert.Equal(0, Run(4, 12, second => 100 + (20 * second)).FallingBytesPerSecond);
        Assert.Equal(0, Run(4, 12, _ => 100).FallingBytesPerSecond);
    }

    [Fact]
    public void A_program_that_started_and_stands_still_now_is_no_trend() =>
        Assert.Equal(0, Run(4, 12, second => second < 5 ? 800 : second < 8 ? 800 - (50 * (second - 5)) : 650).FallingBytesPerSecond);

    [Fact]
    public void A_program_that_is_just_starting_counts_by_what_it_has_taken_in_ten_seconds() =>
        Assert.Equal(15, Run(4, 12, second => second < 9 ? 800 : 800 - (50 * (second - 9))).FallingBytesPerSecond / MB, 2.0);

    [Fact]
    public void The_first_second_says_nothing()
    {
        Assert.Equal(0, new MemoryTrend().FallingBytesPerSecond);
        Assert.Equal(0, Run(4, 0.75, second => 800 - (200 * second)).FallingBytesPerSecond);
    }

    [Fact]
    public void Samples_that_crowd_do_not_shorten_the_memory_of_it()
    {
        var trend = Run(200, 12, second => 800 - (20 * second));
        Assert.Equal(20, trend.FallingBytesPerSecond / MB, 0.5);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var trend = new MemoryTrend();
        trend.Add(TimeSpan.Zero, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < 1000; i++)
        {
            trend.Add(TimeSpan.FromMilliseconds(i * 100), 1_000_000 - i);
            _ = MemoryForecast.ExhaustedIn(Gigabyte, trend.FallingBytesPerSecond);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(20, 10.0)]
    [InlineData(1, 200.0)]
    [InlineData(0.05, null)]
    [InlineData(0, null)]
    public void What_is_left_lasts_as_long_as_the_rate_says(double megabytesPerSecond, double? seconds) =>
        Assert.Equal(seconds, MemoryForecast.ExhaustedIn(Gigabyte, megabytesPerSecond * MB)?.TotalSeconds);

    [Fact]
    public void A_host_that_is_not_known_is_not_forecast() => Assert.Null(MemoryForecast.ExhaustedIn(default, 5 * MB));

    static MemoryTrend Run(int perSecond, double seconds, Func<double, double> megabytesLeft)
    {
        var trend = new MemoryTrend();
        for (var i = 0; i <= seconds * perSecond; i++)
            trend.Add(TimeSpan.FromSeconds(100 + ((double)i / perSecond)), (long)(megabytesLeft((double)i / perSecond) * MB));
        return trend;
    }
}
