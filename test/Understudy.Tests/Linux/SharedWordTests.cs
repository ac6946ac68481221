using Understudy.Linux;

namespace Understudy.Tests.Linux;

public class SharedWordTests
{
    [Fact]
    public void What_one_writes_the_other_sees_and_it_outlives_both()
    {
        using var folder = new TemporaryFolder();
        using (var writer = SharedWord.Open(folder["word"]))
        {
            using var reader = SharedWord.Open(folder["word"]);
            Assert.Equal(0, reader.Value);
            writer.Value = 0x1234_5678_9abc_def0;
            Assert.Equal(0x1234_5678_9abc_def0, reader.Value);
        }
        using var later = SharedWord.Open(folder["word"]);
        Assert.Equal(0x1234_5678_9abc_def0, later.Value);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused() => Assert.ThrowsAny<IOException>(() => SharedWord.Open("/nowhere/word"));

    [Fact]
    public void A_bell_is_heard_once_it_was_rung()
    {
        using var bell = new EventFd();
        Assert.False(bell.Wait(1));
        bell.Ring();
        Assert.True(bell.Wait(10_000));
        Assert.True(bell.Wait(0));
    }
}
