using System.Text;
using Understudy.State;

namespace Understudy.Tests.State;

public sealed class AppSecretsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Database _database;
    readonly AppSecrets _secrets;

    public AppSecretsTests()
    {
        _database = new Database(_folder["state.db"]);
        _secrets = new AppSecrets(_database, new SecretBox(_folder["secret.key"]), TimeProvider.System);
    }

    [Fact]
    public void What_is_set_is_there_for_its_app_alone_until_it_is_unset()
    {
        Set("shop", ("TOKEN", "one"), ("EMPTY", ""));
        Set("blog", ("TOKEN", "two"));
        Set("shop", ("TOKEN", "three"));
        Assert.Equal(new Dictionary<string, string> { ["EMPTY"] = "", ["TOKEN"] = "three" }, _secrets.For("shop"));
        Assert.Equal(["TOKEN"], _secrets.Unset("shop", ["TOKEN", "NEVER", "EMPTYY"]));
        Assert.Equal(["EMPTY"], _secrets.For("shop").Keys);
        Assert.Equal("two", _secrets.For("blog")["TOKEN"]);
        Assert.Empty(_secrets.Unset("shop", ["TOKEN"]));
        Assert.Empty(_secrets.For("wiki"));
    }

    [Fact]
    public void The_list_says_when_and_by_whom()
    {
        Set("shop", ("TOKEN", "one"));
        var entry = Assert.Single(_secrets.List("shop"));
        Assert.Equal(("TOKEN", "anna"), (entry.Name, entry.SetBy));
        Assert.InRange(entry.SetAt, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
    }

    [Theory]
    [InlineData(null, "unknown")]
    [InlineData(" \t", "unknown")]
    [InlineData("anna\n\u001b[31m", "anna[31m")]
    public void Who_asks_is_shown_without_tricks(string? by, string shown)
    {
        _secrets.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "one" }, by);
        Assert.Equal(shown, _secrets.List("shop")[0].SetBy);
    }

    [Fact]
    public void A_long_name_of_who_asks_is_cut()
    {
        _secrets.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "one" }, new string('x', 10_000));
        Assert.Equal(64, _secrets.List("shop")[0].SetBy.Length);
    }

    [Theory]
    [InlineData("1A", "is not a name")]
    [InlineData("", "is not a name")]
    [InlineData("A-B", "is not a name")]
    [InlineData("A=B", "is not a name")]
    [InlineData("PORT", "is set for each worker")]
    public void A_name_that_no_environment_takes_is_refused_and_nothing_is_set(string name, string sentence)
    {
        Assert.Contains(sentence, Refused(("GOOD", "s3cret"), (name, "s3cret")).Message, StringComparison.Ordinal);
        Assert.Empty(_secrets.List("shop"));
    }

    [Fact]
    public void A_very_long_name_is_refused() => Assert.Contains("at most 255", Refused((new string('A', 256), "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_value_that_no_environment_carries_is_refused()
    {
        Assert.Contains("NUL", Refused(("TOKEN", "s3cret\0")).Message, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Refused(("TOKEN", "s3cret\ud800")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_may_have_64_KiB_and_no_byte_more()
    {
        Set("shop", ("TOKEN", new string('x', AppSecrets.MostBytes)));
        Assert.Contains("TOKEN: the value has 65,537 bytes", Refused(("TOKEN", new string('x', AppSecrets.MostBytes + 1))).Message, StringComparison.Ordinal);
        Assert.Contains("65,536", Refused(("TOKEN", new string('ü', (AppSecrets.MostBytes / 2) + 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_values_of_an_app_together_have_a_limit_that_counts_what_is_replaced_once()
    {
        var large = new string('x', AppSecrets.MostBytes);
        for (var i = 0; i < 8; i++)
            Set("shop", ($"LARGE_{i}", large));
        Set("shop", ("LARGE_0", large));
        Set("blog", ("LARGE_0", large));
        Assert.Contains("524,288", Refused(("ONE", "x")).Message, StringComparison.Ordinal);
        Assert.Equal(8, _secrets.For("shop").Count);
        _secrets.Unset("shop", ["LARGE_7"]);
        Set("shop", ("ONE", "x"));
    }

    [Fact]
    public void There_is_a_limit_to_how_many_there_are()
    {
        _secrets.Set("shop", Enumerable.Range(0, AppSecrets.MostNames).ToDictionary(i => $"N{i}", _ => ""), "anna");
        Assert.Contains("at most 1000", Refused(("ONE_MORE", "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_of_the_state_hold_no_value()
    {
        const string Value = "only-in-the-worker-4711";
        Set("shop", ("TOKEN", Value));
        _database.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        var files = Directory.GetFiles(_folder.Path);
        Assert.Contains(files, file => file.EndsWith("state.db", StringComparison.Ordinal));
        Assert.All(files, file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.Equal(-1, copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Value)));
        });
        Assert.Contains(files, file => Contains(file, "TOKEN"));
    }

    [Fact]
    public void Values_swapped_in_the_file_are_noticed()
    {
        Set("shop", ("PUBLIC", "one"), ("PRIVATE", "two"));
        _database.Execute("UPDATE env SET value = (SELECT value FROM env WHERE name = 'PRIVATE') WHERE name = 'PUBLIC'");
        Assert.Contains("shop/PUBLIC", Assert.Throws<OperationRefused>(() => _secrets.For("shop")).Message, StringComparison.Ordinal);
        Set("shop", ("PUBLIC", "again"));
        Assert.Equal("again", _secrets.For("shop")["PUBLIC"]);
    }

    [Fact]
    public void They_can_be_read_beside_the_agent_and_not_changed()
    {
        Set("shop", ("TOKEN", "one"));
        using var reading = Database.Reading(_folder["state.db"]);
        var beside = new AppSecrets(reading, new SecretBox(_folder["secret.key"]), TimeProvider.System);
        Assert.Equal("one", beside.For("shop")["TOKEN"]);
        Set("shop", ("TOKEN", "two"));
        Assert.Equal("two", beside.For("shop")["TOKEN"]);
        Assert.Throws<OperationRefused>(() => beside.Set("shop", new Dictionary<string, string> { ["TOKEN"] = "x" }, "anna"));
        Assert.Throws<OperationRefused>(() => Database.Reading(_folder["none.db"]));
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    void Set(string app, params (string Name, string Value)[] pairs) => _secrets.Set(app, pairs.ToDictionary(pair => pair.Name, pair => pair.Value), "anna");

    OperationRefused Refused(params (string Name, string Value)[] pairs)
    {
        var refused = Assert.Throws<OperationRefused>(() => Set("shop", pairs));
        Assert.Equal(RefusalKind.Invalid, refused.Kind);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
        return refused;
    }

    static bool Contains(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }
}
