using Understudy.State;

namespace Understudy.Tests.State;

public sealed class ApiTokensTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly SetTime time = new();
    readonly Database database;
    readonly ApiTokens tokens;

    public ApiTokensTests()
    {
        database = new Database(folder["state.db"]);
        tokens = new ApiTokens(database, time);
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_token_is_known_by_itself_alone_also_to_the_next_agent()
    {
        var (ci, laptop) = (tokens.Create("ci", "anna"), tokens.Create("laptop", "anna"));
        foreach (var store in (ApiTokens[])[tokens, new ApiTokens(database, time)])
        {
            Assert.Equal("ci", store.Find(ci)?.Name);
            Assert.Equal("laptop", store.Find(laptop)?.Name);
            Assert.Null(store.Find(""));
            Assert.Null(store.Find(ci[..^1]));
            Assert.Null(store.Find(ci + "A"));
            Assert.Null(store.Find(ci[..^1] + (ci[^1] == 'A' ? 'B' : 'A')));
            Assert.Null(store.Find(new string('x', 100_000)));
        }
    }

    [Fact]
    public void Tokens_are_long_and_no_two_are_alike()
    {
        var made = Enumerable.Range(0, 50).Select(i => tokens.Create($"t{i}", "anna")).ToList();
        Assert.Equal(50, made.Distinct().Count());
        Assert.All(made, token => Assert.True(ApiTokens.IsWellFormed(token)));
        Assert.All(made, token => Assert.StartsWith("us_", token));
    }

    [Fact]
    public void The_state_holds_no_token()
    {
        var token = tokens.Create("ci", "anna");
        tokens.Find(token);
        database.Dispose();
        foreach (var file in Directory.EnumerateFiles(folder.Path))
            Assert.DoesNotContain(token[3..], File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_revoked_token_is_gone_at_once_and_for_good_and_its_streams_are_told()
    {
        var token = tokens.Create("ci", "anna");
        var pass = tokens.Find(token)!;
        Assert.False(pass.Revoked.IsCancellationRequested);
        tokens.Revoke("ci");
        Assert.True(pass.Revoked.IsCancellationRequested);
        Assert.Null(tokens.Find(token));
        Assert.Null(new ApiTokens(database, time).Find(token));
        Assert.Empty(tokens.List());
        Assert.NotEqual(token, tokens.Create("ci", "anna"));
        Assert.Null(tokens.Find(token));
    }

    [Fact]
    public void The_list_says_who_made_it_and_when_it_was_last_used_to_the_minute()
    {
        var made = time.Now;
        var token = tokens.Create("ci", "anna");
        Assert.Equal(new TokenEntry("ci", made, "anna", null), Assert.Single(tokens.List()));
        time.Now += TimeSpan.FromHours(1);
        tokens.Find(token);
        time.Now += TimeSpan.FromSeconds(59);
        tokens.Find(token);
        Assert.Equal(made.AddHours(1), Assert.Single(tokens.List()).UsedAt);
        time.Now += TimeSpan.FromSeconds(1);
        tokens.Find(token);
        Assert.Equal(made.AddHours(1).AddMinutes(1), Assert.Single(tokens.List()).UsedAt);
    }

    [Theory]
    [InlineData("", "is not a usable name")]
    [InlineData("CI", "is not a usable name")]
    [InlineData("a b", "is not a usable name")]
    [InlineData("../x", "is not a usable name")]
    [InlineData("ci", "there is a token ci already")]
    public void A_name_that_cannot_be_is_refused(string name, string expected)
    {
        tokens.Create("ci", "anna");
        Assert.Contains(expected, Assert.Throws<OperationRefused>(() => tokens.Create(name, "anna")).Message);
        Assert.Single(tokens.List());
    }

    [Fact]
    public void An_unknown_name_cannot_be_revoked()
    {
        Assert.Contains("there are none", Assert.Throws<OperationRefused>(() => tokens.Revoke("ci")).Message);
        tokens.Create("laptop", "anna");
        Assert.Contains("there are: laptop", Assert.Throws<OperationRefused>(() => tokens.Revoke("ci")).Message);
    }

    [Fact]
    public void There_is_a_limit()
    {
        for (var i = 0; i < ApiTokens.Most; i++)
            tokens.Create($"t{i}", "anna");
        Assert.Contains("as many as are kept", Assert.Throws<OperationRefused>(() => tokens.Create("more", "anna")).Message);
    }

    sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Samples.Now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
