using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class MemorySumTests
{
    [Fact]
    public void Samples_add_up_the_oldest_counts_and_what_was_not_read_is_counted()
    {
        var sum = MemorySum.Of([new MemorySample(TimeSpan.FromSeconds(9), 100, 60, 5), null, new MemorySample(TimeSpan.FromSeconds(7), 50, 10, 0)]);
        Assert.Equal(new MemorySum(3, 1, 150, 70, 5, TimeSpan.FromSeconds(7)), sum);
        Assert.Equal(80, sum.SharedBytes);
    }

    [Fact]
    public void Of_nothing_there_is_nothing() => Assert.Equal(default, MemorySum.Of([]));
}
