using System.Text;
using Understudy.State;

namespace Understudy.Tests.State;

public sealed class SecretBoxTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string Key => _folder["secret.key"];

    [Theory]
    [InlineData("")]
    [InlineData("s3cret")]
    [InlineData("läng\nüber\tzeilen 🗝")]
    public void What_was_sealed_opens_for_the_same_name_after_a_restart(string text)
    {
        var box = new SecretBox(Key).Seal(text, "shop/TOKEN");
        Assert.Equal(text, new SecretBox(Key).Open(box, "shop/TOKEN"));
        Assert.Equal(Encoding.UTF8.GetByteCount(text), SecretBox.TextBytes(box.Length));
    }

    [Fact]
    public void The_same_text_never_looks_the_same()
    {
        var secrets = new SecretBox(Key);
        Assert.NotEqual(secrets.Seal("s3cret", "shop/TOKEN"), secrets.Seal("s3cret", "shop/TOKEN"));
    }

    [Fact]
    public void The_key_is_its_owners_alone_and_nothing_else_is_left_beside_it()
    {
        new SecretBox(Key).Seal("x", "shop/TOKEN");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        Assert.Equal(32, new FileInfo(Key).Length);
        Assert.Equal([Key], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("shop/OTHER")]
    [InlineData("blog/TOKEN")]
    public void It_opens_for_no_other_name_or_app(string other)
    {
        var secrets = new SecretBox(Key);
        var refused = Assert.Throws<OperationRefused>(() => secrets.Open(secrets.Seal("s3cret", "shop/TOKEN"), other));
        Assert.Contains($"the secret {other} cannot be read", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"understudy env set {other.Split('/')[1]}=... --app {other.Split('/')[0]}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_any_byte_is_noticed()
    {
        var secrets = new SecretBox(Key);
        var box = secrets.Seal("s3cret", "shop/TOKEN");
        for (var at = 0; at < box.Length; at++)
        {
            var damaged = box.ToArray();
            damaged[at] ^= 1;
            Assert.Throws<OperationRefused>(() => secrets.Open(damaged, "shop/TOKEN"));
            Assert.Throws<OperationRefused>(() => secrets.Open(box[..at], "shop/TOKEN"));
        }
    }

    [Fact]
    public void With_another_key_it_does_not_open()
    {
        var box = new SecretBox(Key).Seal("s3cret", "shop/TOKEN");
        new SecretBox(_folder["another.key"]).Seal("x", "shop/TOKEN");
        Assert.Contains("another key than", Assert.Throws<OperationRefused>(() => new SecretBox(_folder["another.key"]).Open(box, "shop/TOKEN")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_gone_is_missed_and_not_made_anew_by_reading()
    {
        var box = new SecretBox(Key).Seal("s3cret", "shop/TOKEN");
        File.Delete(Key);
        Assert.Contains("is gone", Assert.Throws<OperationRefused>(() => new SecretBox(Key).Open(box, "shop/TOKEN")).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Key));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "chmod 600")]
    [InlineData(UnixFileMode.OtherRead, "chmod 600")]
    [InlineData(UnixFileMode.OtherWrite, "chmod 600")]
    public void A_key_that_others_may_use_is_refused(UnixFileMode more, string advice)
    {
        new SecretBox(Key).Seal("x", "shop/TOKEN");
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
        Assert.Contains(advice, Assert.Throws<OperationRefused>(() => new SecretBox(Key).Seal("x", "shop/TOKEN")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_size_is_refused(int bytes)
    {
        using (var file = new FileStream(Key, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(new byte[bytes]);
        Assert.Contains("where 32 belong", Assert.Throws<OperationRefused>(() => new SecretBox(Key).Seal("x", "shop/TOKEN")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_takes_no_key_is_refused_with_its_name()
    {
        var nowhere = Path.Combine(_folder.Path, "none", "secret.key");
        Assert.Contains(nowhere, Assert.Throws<OperationRefused>(() => new SecretBox(nowhere).Seal("x", "shop/TOKEN")).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Key);
        Assert.Contains(Key, Assert.Throws<OperationRefused>(() => new SecretBox(Key).Seal("x", "shop/TOKEN")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_that_need_a_key_at_once_end_with_one()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = _folder[$"key-{round}"];
            using var start = new Barrier(8);
            var boxes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    return new SecretBox(path).Seal("s3cret", "shop/TOKEN");
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.All(boxes, box => Assert.Equal("s3cret", new SecretBox(path).Open(box, "shop/TOKEN")));
        }
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), path => path.EndsWith(".new", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
