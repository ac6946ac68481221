using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class HostChoiceTests
{
    static HostLoad Load(int outstanding, int slots = 10, bool usable = true) => new(usable, outstanding, slots);

    [Fact]
    public void The_least_outstanding_gets_it()
    {
        for (var turn = 0; turn < 4; turn++) Assert.Equal(1, HostChoice.Choose([Load(3), Load(2), Load(5)], turn));
    }

    [Fact]
    public void Equals_take_turns_also_when_the_turns_overflow()
    {
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(turn => HostChoice.Choose([Load(1), Load(1), Load(1)], turn)));
        Assert.InRange(HostChoice.Choose([Load(1), Load(1), Load(1)], int.MinValue), 0, 2);
    }

    [Fact]
    public void A_host_of_half_the_size_gets_half_as_much()
    {
        var (small, large) = (0, 0);
        for (var i = 0; i < 30; i++)
        {
            if (HostChoice.Choose([Load(small, 5), Load(large, 10)], i) == 0) small++;
            else large++;
        }

        Assert.Equal((10, 20), (small, large));
    }

    [Fact]
    public void Only_a_usable_one_gets_it()
    {
        Assert.Equal(2, HostChoice.Choose([Load(0, usable: false), Load(0, usable: false), Load(99)], 0));
        Assert.Equal(-1, HostChoice.Choose([Load(0, usable: false)], 0));
        Assert.Equal(-1, HostChoice.Choose([], 0));
    }

    [Fact]
    public void No_slots_is_no_division_by_nought() => Assert.Equal(0, HostChoice.Choose([Load(0, 0), Load(5, 0)], 1));
}
