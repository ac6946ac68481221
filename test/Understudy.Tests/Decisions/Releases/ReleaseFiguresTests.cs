using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class ReleaseFiguresTests
{
    [Fact]
    public void Sums_add_up_where_one_side_leaves_buckets_off()
    {
        var sum = ReleaseFigures.Empty.Plus(new(3, 1, [1, 2])).Plus(new(10, 0, [1, 1, 8]));
        Assert.Equal((13, 1), (sum.Requests, sum.Failures));
        Assert.Equal([2, 3, 8], sum.Durations);
    }

    [Fact]
    public void Since_an_earlier_reading()
    {
        var since = new ReleaseFigures(13, 3, [2, 3, 8]).Minus(new(3, 1, [1, 2]));
        Assert.Equal((10, 2), (since.Requests, since.Failures));
        Assert.Equal([1, 1, 8], since.Durations);
    }

    [Fact]
    public void A_newer_proxy_counts_from_zero()
    {
        var now = new ReleaseFigures(2, 0, [2]);
        Assert.Same(now, now.Minus(new(300, 1, [300])));
    }
}
