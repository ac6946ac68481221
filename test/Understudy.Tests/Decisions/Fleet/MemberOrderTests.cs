using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class MemberOrderTests
{
    [Theory]
    [InlineData("0 0 0", 0, "0 1 2")]
    [InlineData("0 0 0", 2, "2 0 1")]
    [InlineData("0 3 0", 1, "2 0 1")]
    [InlineData("1 3 2", 1, "0 2 1")]
    [InlineData("", 0, "")]
    public void Who_answers_comes_first_from_the_preferred_one_on(string misses, int preferred, string expected)
    {
        var sights = misses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(count => new MemberSight(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), null)).ToList();
        Assert.Equal(expected, string.Join(' ', MemberOrder.Of(sights, preferred)));
    }

    [Theory]
    [InlineData(1, 10, 0, false, "one call may be lost by chance")]
    [InlineData(2, 1, 0, false, "it was silent for too short a time")]
    [InlineData(2, 2, 0, true, "silent for two seconds")]
    [InlineData(9, 10, 9, false, "the connection is a new one already")]
    [InlineData(9, 10, 8, true, "which was not answered on either")]
    public void A_connection_is_made_anew_after_silence(int misses, int now, int connectedAt, bool expected, string why) =>
        Assert.True(MemberOrder.NeedsConnection(new MemberSight(misses, TimeSpan.Zero), TimeSpan.FromSeconds(connectedAt), TimeSpan.FromSeconds(now)) == expected, why);

    [Fact]
    public void Silence_counts_from_its_first_miss_and_ends_with_an_answer()
    {
        var sight = default(MemberSight).Missed(TimeSpan.FromSeconds(3)).Missed(TimeSpan.FromSeconds(5));
        Assert.Equal(new MemberSight(2, TimeSpan.FromSeconds(3)), sight);
        Assert.Equal(default, sight.Answered());
    }
}
