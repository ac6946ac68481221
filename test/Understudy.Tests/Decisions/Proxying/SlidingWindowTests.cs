using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class SlidingWindowTests
{
    [Fact]
    public void It_sums_the_last_ten_seconds_whatever_the_gaps()
    {
        var random = new Random(7);
        var window = new SlidingWindow();
        var all = new List<(long Second, long Amount)>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < 5000; i++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(100) == 0 ? random.Next(30_000) : random.Next(400));
            var amount = random.Next(5);
            window.Add(now, amount);
            all.Add(((long)now.TotalSeconds, amount));
            Assert.Equal(all.Where(one => one.Second > (long)now.TotalSeconds - SlidingWindow.Seconds).Sum(one => one.Amount), window.Sum(now));
        }

        Assert.Equal(0, window.Sum(now + TimeSpan.FromSeconds(SlidingWindow.Seconds)));
    }
}
