using Understudy.Decisions.Fleet;

namespace Understudy.Tests.Decisions.Fleet;

public class SeatDecisionTests
{
    /// <summary>The list as names of members at their own addresses, `?` for one that has not started; null: nobody says.</summary>
    [Theory]
    [InlineData(null, 0, "founding", "Found", "it begins the cluster")]
    [InlineData(null, 0, "", "Stay", "a host that keeps nothing waits for the store")]
    [InlineData(null, 0, "data", "Start", "the others may wait for its part: that is how a whole fleet comes up again")]
    [InlineData(null, 0, "founding data", "Start", "it had begun")]
    [InlineData(null, 0, "data running", "Stay", "")]
    [InlineData("b c", 0, "", "Stay", "it is none, and was none")]
    [InlineData("b c a", 0, "data running", "Stay", "")]
    [InlineData("b c a", 0, "data", "Start", "its etcd has died")]
    [InlineData("b c a?", 0, "", "Join", "it was added")]
    [InlineData("b c a?", 0, "running", "Stay", "it is just starting")]
    [InlineData("b c a", 0, "", "Resign", "its disk was emptied: it can only be added anew")]
    [InlineData("b c", 9, "data running", "Stay", "a member that lags behind may not know of it yet")]
    [InlineData("b c", 10, "data running", "Leave", "it was put out")]
    [InlineData("b c", 10, "data", "Leave", "also where its etcd has ended for it")]
    [InlineData("b c", 3, "data", "Stay", "one that was put out is not started again")]
    public void What_a_host_does_about_its_own_part(string? members, int outFor, string state, string expected, string why)
    {
        var list = members?.Split(' ').Select((name, id) => new StoreMember((ulong)id + 1, name.EndsWith('?') ? "" : name, "https://" + name.TrimEnd('?'))).ToList();
        var sight = new SeatSight("https://a", list, TimeSpan.FromSeconds(outFor), state.Contains("founding", StringComparison.Ordinal), state.Contains("data", StringComparison.Ordinal), state.Contains("running", StringComparison.Ordinal));
        Assert.True($"{SeatDecision.Next(sight)}" == expected, why);
    }
}
