using Understudy.Releases;

namespace Understudy.Tests.Releases;

public class DeployProgressTests
{
    readonly DeployProgress _progress = new(TimeProvider.System);

    [Fact]
    public void Who_watches_from_the_middle_misses_nothing_and_sees_nothing_twice()
    {
        _progress.Tell("phase", "build", "build");
        _progress.Tell("line", "build", "compiling");
        Assert.Equal(["build", "compiling"], _progress.After(0).Select(one => one.Text));
        _progress.Tell("line", "build", "linking");
        Assert.Equal(["linking"], _progress.After(2).Select(one => one.Text));
        Assert.Empty(_progress.After(3));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_next_word()
    {
        var woken = _progress.AnyAfter(0, CancellationToken.None);
        Assert.False(woken.IsCompleted);
        _progress.Tell("phase", "build", "build");
        await woken.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Nothing_follows_the_end()
    {
        _progress.Tell("end", "watch", "it serves", 3, "done");
        _progress.Tell("line", "build", "late");
        Assert.True(_progress.Ended);
        Assert.Equal("done", Assert.Single(_progress.After(0)).Outcome);
        await _progress.AnyAfter(1, CancellationToken.None);
    }

    [Fact]
    public void A_build_that_prints_without_end_does_not_fill_the_memory()
    {
        for (var i = 0; i < 50_000; i++)
            _progress.Tell("line", "build", "y");
        _progress.Tell("end", "build", "too much", 1, "failed");
        Assert.InRange(_progress.After(0).Count, 1_000, 6_000);
        Assert.Equal("end", _progress.After(0)[^1].Kind);
    }
}
