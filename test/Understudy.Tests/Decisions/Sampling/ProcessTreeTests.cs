using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class ProcessTreeTests
{
    [Fact]
    public void A_parent_stands_before_its_children_and_the_largest_first() => Assert.Equal(
        ["10 0", "12 1", "13 2", "11 1", "20 0"],
        Drawn(Seen(11, 10, 1), Seen(20, 7, 2), Seen(10, 1, 5), Seen(13, 12, 1), Seen(12, 10, 3)));

    [Fact]
    public void Of_the_same_size_the_one_with_the_lower_number_is_first() => Assert.Equal(["10 0", "11 0"], Drawn(Seen(11, 1, 3), Seen(10, 1, 3)));

    [Fact]
    public void One_that_was_not_measured_is_as_large_as_what_is_resident()
    {
        var unread = new SeenProcess(new OwnedProcess(new ProcessKey(12, 1), 1, "ruby", 'S'), 4);
        Assert.Equal(["10 0", "12 0", "11 0"], Drawn(Seen(11, 1, 3), unread, Seen(10, 1, 5)));
    }

    [Fact]
    public void Parents_that_go_round_in_a_circle_are_each_shown_once() => Assert.Equal(["5 0", "12 0", "10 1", "11 2"], Drawn(Seen(10, 12, 1), Seen(11, 10, 1), Seen(12, 11, 2), Seen(5, 5, 1)));

    [Fact]
    public void A_chain_of_thousands_is_no_matter()
    {
        var places = ProcessTree.Of([.. Enumerable.Range(1, 20_000).Select(pid => Seen(pid, pid - 1, 1))]);
        Assert.Equal(Enumerable.Range(0, 20_000), places.Select(place => place.Depth));
    }

    static IEnumerable<string> Drawn(params SeenProcess[] processes) => ProcessTree.Of(processes).Select(place => $"{place.Process.Pid} {place.Depth}");

    static SeenProcess Seen(int pid, int parent, long pss) => new(new OwnedProcess(new ProcessKey(pid, 1), parent, "ruby", 'S'), 9, Sample: new MemorySample(default, pss, 0, 0));
}
