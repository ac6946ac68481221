using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class SamplingPlanTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 2)]
    [InlineData(20, 10)]
    [InlineData(3600, 24)]
    public void The_older_a_process_is_the_less_often_it_is_read(int ageSeconds, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SamplingPlan.Interval(TimeSpan.FromSeconds(ageSeconds)));

    [Fact]
    public void What_was_never_read_is_first_and_then_what_has_waited_longest() => Assert.Equal(
        [3, 2],
        SamplingPlan.Due([At(1, 90), At(2, 60), new(3, default, null), At(4, 70)], TimeSpan.FromSeconds(100)));

    [Theory]
    [InlineData(20)]
    [InlineData(1000)]
    public void None_gets_older_than_30_seconds_and_never_are_many_read_at_once(int count)
    {
        var read = new Dictionary<int, TimeSpan>();
        var most = 0;
        for (var second = 0; second < 300; second++)
        {
            var now = TimeSpan.FromSeconds(second);
            var due = SamplingPlan.Due([.. Enumerable.Range(1, count).Select(pid => new SamplingPlan.Candidate(pid, default, read.TryGetValue(pid, out var at) ? at : null))], now);
            most = second == 0 ? 0 : Math.Max(most, due.Count);
            foreach (var pid in due)
                read[pid] = now;
            Assert.All(read.Values, at => Assert.True(now - at < TimeSpan.FromSeconds(30), $"{now - at} at {now}"));
        }
        Assert.InRange(most, 1, (count + 19) / 20);
    }

    static SamplingPlan.Candidate At(int pid, int readAtSeconds) => new(pid, default, TimeSpan.FromSeconds(readAtSeconds));
}
