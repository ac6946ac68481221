using System.Net;
using Understudy.Api;

namespace Understudy.Tests.Api;

public class WrongTriesTests
{
    readonly SetTime time = new();
    readonly WrongTries tries;

    public WrongTriesTests() => tries = new WrongTries(time);

    [Fact]
    public void Each_address_is_counted_for_its_own_minute()
    {
        var (one, other) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => tries.Count(one)));
        Assert.Equal(1, tries.Count(other));
        time.Seconds += 59;
        Assert.Equal(4, tries.Count(one));
        time.Seconds += 1;
        Assert.Equal(1, tries.Count(one));
        Assert.Equal(6, tries.Total);
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("fd00:0:0:1::1", "fd00:0:0:1:ffff::2", true)]
    [InlineData("fd00:0:0:1::1", "fd00:0:0:2::1", false)]
    public void What_one_customer_has_is_one_address(string first, string second, bool same)
    {
        tries.Count(IPAddress.Parse(first));
        Assert.Equal(same ? 2 : 1, tries.Count(IPAddress.Parse(second)));
    }

    [Fact]
    public void A_crowd_of_addresses_is_counted_as_one_and_forgotten_after_its_minute()
    {
        var count = 0;
        for (var i = 0; i < 4_200; i++)
            count = tries.Count(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]));
        Assert.Equal(4_200 - 4_096, count);
        time.Seconds += 60;
        Assert.Equal(1, tries.Count(IPAddress.Parse("10.9.9.9")));
    }

    sealed class SetTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
