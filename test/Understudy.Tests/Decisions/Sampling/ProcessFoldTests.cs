using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class ProcessFoldTests
{
    [Fact]
    public void A_small_tree_is_shown_whole() => Assert.All(ProcessFold.Of([.. Enumerable.Repeat((1, 5L), ProcessFold.Whole)]), Assert.True);

    [Fact]
    public void Of_a_large_one_the_largest_are_shown_with_those_above_them()
    {
        // A master of little size, two groups below it, and in the second the large ones.
        (int Depth, long Weight)[] places = [(0, 1), (1, 2), .. Enumerable.Repeat((2, 3L), 20), (1, 1), .. Enumerable.Range(0, 20).Select(i => (2, 100L + i))];
        var shown = ProcessFold.Of(places);
        Assert.Equal([0, 22, .. Enumerable.Range(37, 6)], Enumerable.Range(0, places.Length).Where(at => shown[at]));
    }

    [Fact]
    public void Of_many_equal_ones_a_few_are_shown() => Assert.Equal(ProcessFold.Shown, ProcessFold.Of([.. Enumerable.Repeat((0, 7L), 500)]).Count(one => one));
}
