namespace Understudy.Tests;

public class PathsTests
{
    [Fact]
    public void A_root_holds_everything() => Assert.Equal("/srv/one/run/agent.sock", new Paths("/srv/one").AgentSocket);

    [Fact]
    public void Without_a_root_the_systems_own_places_are_used() => Assert.Equal("/var/lib/understudy/state.db", new Paths(null).State);
}
