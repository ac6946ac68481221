using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class SheddingTests
{
    static readonly TimeSpan Now = TimeSpan.FromDays(400);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(1000)]
    public void A_share_is_read_as_it_was_written(int perMille) => Assert.Equal(perMille, Shedding.PerMille(Shedding.Word(Now + TimeSpan.FromSeconds(3), perMille), Now));

    [Fact]
    public void More_than_all_is_all() => Assert.Equal(1000, Shedding.PerMille(Shedding.Word(Now + TimeSpan.FromSeconds(3), 5000), Now));

    [Fact]
    public void It_runs_out_by_itself()
    {
        var word = Shedding.Word(Now, 1000);
        Assert.Equal(1000, Shedding.PerMille(word, Now - TimeSpan.FromMilliseconds(2)));
        Assert.Equal(0, Shedding.PerMille(word, Now));
        Assert.Equal(0, Shedding.PerMille(word, Now + TimeSpan.FromDays(1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void What_was_never_written_sheds_nothing(long word) => Assert.Equal(0, Shedding.PerMille(word, Now));
}
