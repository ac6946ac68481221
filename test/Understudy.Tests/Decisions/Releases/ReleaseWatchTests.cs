using Understudy.Decisions.Proxying;
using Understudy.Decisions.Releases;

namespace Understudy.Tests.Decisions.Releases;

public class ReleaseWatchTests
{
    static ReleaseFigures Failing(long failures, long requests) => new(requests, failures, []);

    static ReleaseFigures Taking(params (int Milliseconds, int Count)[] answers)
    {
        var counts = new long[AnswerTimes.Buckets];
        foreach (var (milliseconds, count) in answers) counts[Bucket(milliseconds)] += count;
        return new ReleaseFigures(counts.Sum(), 0, counts);
    }

    static int Bucket(double milliseconds)
    {
        var bucket = 0;
        while (AnswerTimes.UpTo(bucket) < milliseconds) bucket++;
        return bucket;
    }

    [Theory]
    [InlineData(0, 1000, 3, 20, true)]
    [InlineData(1, 1000, 6, 120, true)]
    [InlineData(10, 100_000, 400, 100_000, true)]
    [InlineData(400, 1000, 400, 500, true)]
    [InlineData(50, 10_000, 3, 400, false)]
    [InlineData(200, 1000, 110, 500, false)]
    [InlineData(0, 1000, 2, 2, false)]
    [InlineData(0, 100, 3, 100, false)]
    [InlineData(0, 1000, 0, 1000, false)]
    [InlineData(1000, 1000, 500, 500, false)]
    // Clear by its numbers, and too small to mind.
    [InlineData(10_000, 10_000_000, 3_500, 1_000_000, true)]
    [InlineData(10_000, 10_000_000, 1_500, 1_000_000, false)]
    [InlineData(0, 10_000_000, 900, 1_000_000, false)]
    // Hardly an old release to compare with.
    [InlineData(0, 0, 5, 10, true)]
    [InlineData(0, 0, 4, 10, false)]
    [InlineData(0, 0, 3, 3, false)]
    [InlineData(12, 19, 12, 12, false)]
    [InlineData(0, 0, 0, 0, false)]
    // Failures of requests that were handed over before the reading began.
    [InlineData(5, 0, 5, 0, false)]
    [InlineData(5, 0, 12, 10, true)]
    public void More_failures_than_the_old_release(long oldFailures, long oldRequests, long failures, long requests, bool stops) =>
        Assert.Equal(stops, ReleaseWatch.Judge(Failing(oldFailures, oldRequests), Failing(failures, requests)) is not null);

    [Fact]
    public void The_reason_is_a_sentence_with_the_numbers()
    {
        Assert.Equal("5.0 % of the new release's 120 requests failed, 0.1 % of the old one's did", ReleaseWatch.Judge(Failing(1, 1000), Failing(6, 120)));
        Assert.Equal("15.0 % of the new release's 20 requests failed, none of the old one's did", ReleaseWatch.Judge(Failing(0, 1000), Failing(3, 20)));
        Assert.Equal("8 of the new release's 10 requests failed, and the old one had too few to compare with", ReleaseWatch.Judge(Failing(0, 2), Failing(8, 10)));
        Assert.Equal("half of the new release's requests take over 500 ms, of the old one's 50 ms",
            ReleaseWatch.Judge(Taking((40, 500)), Taking((40, 20), (700, 80))));
        Assert.Equal("a tenth of the new release's requests takes over 2000 ms, of the old one's 50 ms",
            ReleaseWatch.Judge(Taking((40, 500)), Taking((40, 160), (2500, 40))));
    }

    [Theory]
    [InlineData(40, 60, 600, 60, true)]
    [InlineData(40, 60, 600, 49, false)]
    [InlineData(40, 49, 600, 60, false)]
    [InlineData(1, 1000, 60, 1000, false)]
    [InlineData(1, 1000, 100, 1000, false)]
    [InlineData(1, 1000, 150, 1000, true)]
    [InlineData(100, 1000, 250, 1000, false)]
    [InlineData(100, 1000, 700, 1000, true)]
    [InlineData(2000, 1000, 4000, 1000, false)]
    [InlineData(2000, 1000, 9000, 1000, true)]
    [InlineData(50_000, 1000, 90_000, 1000, false)]
    [InlineData(90_000, 1000, 90_000, 1000, false)]
    public void A_slower_median(int old, int oldCount, int fresh, int count, bool stops) =>
        Assert.Equal(stops, ReleaseWatch.Judge(Taking((old, oldCount)), Taking((fresh, count))) is not null);

    [Theory]
    [InlineData(12, 1000, 20, 200, false)]
    [InlineData(0, 1000, 20, 200, false)]
    [InlineData(0, 1000, 22, 200, true)]
    [InlineData(5, 1000, 40, 200, true)]
    // One in nine is slow in both, and the old sample happened to have a few less.
    [InlineData(95, 1000, 22, 200, false)]
    public void A_slower_tail(int oldSlow, int oldCount, int slow, int count, bool stops) =>
        Assert.Equal(stops, ReleaseWatch.Judge(Taking((20, oldCount - oldSlow), (2500, oldSlow)), Taking((20, count - slow), (2500, slow))) is not null);

    /// <summary>Both releases have the same distribution: of failures at any rate, and of times with one or two humps.</summary>
    [Fact]
    public void Equal_releases_are_told_apart_almost_never()
    {
        var random = new Random(20250601);
        var stops = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var rate = Math.Pow(random.NextDouble(), 4) * 0.5;
            var median = 2 * Math.Pow(1000, random.NextDouble());
            var spread = 0.2 + random.NextDouble();
            var slow = random.NextDouble() * 0.6;
            ReleaseFigures Draw(int count) => Sample(random, count, rate, median, spread, slow);
            if (ReleaseWatch.Judge(Draw(random.Next(1, 300)), Draw(random.Next(1, 300))) is not null) stops++;
        }

        Assert.InRange(stops, 0, 3);
    }

    /// <summary>As a roll does it: looked at anew as both sums grow.</summary>
    [Fact]
    public void Equal_releases_that_are_looked_at_each_second_are_told_apart_seldom()
    {
        var random = new Random(7);
        var stopped = 0;
        for (var roll = 0; roll < 500; roll++)
        {
            var rate = Math.Pow(random.NextDouble(), 4) * 0.5;
            var (old, fresh) = (ReleaseFigures.Empty, ReleaseFigures.Empty);
            for (var second = 0; second < 30; second++)
            {
                old = old.Plus(Sample(random, 20, rate, 50, 1, 0.1));
                fresh = fresh.Plus(Sample(random, 10, rate, 50, 1, 0.1));
                if (ReleaseWatch.Judge(old, fresh) is null) continue;
                stopped++;
                break;
            }
        }

        Assert.InRange(stopped, 0, 3);
    }

    [Fact]
    public void A_release_that_fails_one_in_ten_is_stopped_within_seconds()
    {
        var random = new Random(7);
        for (var roll = 0; roll < 200; roll++)
        {
            var (old, fresh) = (ReleaseFigures.Empty, ReleaseFigures.Empty);
            var second = 0;
            do
            {
                old = old.Plus(Sample(random, 50, 0.001, 50, 1, 0));
                fresh = fresh.Plus(Sample(random, 10, 0.1, 50, 1, 0));
            }
            while (ReleaseWatch.Judge(old, fresh) is null && ++second < 60);
            Assert.InRange(second, 0, 25);
        }
    }

    static ReleaseFigures Sample(Random random, int count, double rate, double median, double spread, double slow)
    {
        var counts = new long[AnswerTimes.Buckets];
        var failures = 0;
        for (var i = 0; i < count; i++)
        {
            if (random.NextDouble() < rate) failures++;
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            counts[Bucket(median * Math.Exp(spread * normal) * (random.NextDouble() < slow ? 50 : 1))]++;
        }

        return new ReleaseFigures(count, failures, counts);
    }
}
