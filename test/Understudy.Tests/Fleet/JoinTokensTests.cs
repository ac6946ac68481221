using System.Security.Cryptography;
using Understudy.Fleet;
using Understudy.State;

namespace Understudy.Tests.Fleet;

public sealed class JoinTokensTests : IDisposable
{
    static readonly byte[] Ours = SHA256.HashData("ours"u8), Host = [1], Other = [2];

    readonly TemporaryFolder _folder = new();
    readonly SetTime _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly Database _database;
    readonly EmbeddedStore _store;
    readonly JoinTokens _tokens;

    public JoinTokensTests()
    {
        _database = new Database(_folder["state.db"]);
        _store = new EmbeddedStore(_database, _time);
        _tokens = new JoinTokens(_store, "web-1", Ours, _time);
    }

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_lets_one_host_in_and_no_second()
    {
        var token = await Token();
        Assert.Equal(JoinAnswer.Accepted, await _tokens.Redeem(token, Host, Ending));
        Assert.Equal(JoinAnswer.UsedBefore, await _tokens.Redeem(token, Other, Ending));
        Assert.Equal(JoinAnswer.Accepted, await _tokens.Redeem(token, Host, Ending));
    }

    [Fact]
    public async Task Of_many_at_once_one_is_let_in()
    {
        var token = await Token();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => _tokens.Redeem(token, new[] { (byte)i }, Ending), Ending)));
        Assert.Single(answers, JoinAnswer.Accepted);
        Assert.Equal(15, answers.Count(answer => answer == JoinAnswer.UsedBefore));
    }

    [Theory]
    [InlineData(59, "Accepted")]
    [InlineData(60, "Expired")]
    public async Task A_late_token_is_refused_and_the_refusal_says_so(int minutes, string expected)
    {
        var token = await Token();
        _time.Now += TimeSpan.FromMinutes(minutes);
        Assert.Equal(expected, $"{await _tokens.Redeem(token, Host, Ending)}");
    }

    [Theory]
    [InlineData(-60, 59, "Accepted")]
    [InlineData(-60, 61, "Expired")]
    [InlineData(60, 59, "Accepted")]
    [InlineData(60, 61, "Expired")]
    public async Task It_lasts_by_the_clock_of_who_made_it_though_another_host_is_asked_whose_clock_is_off(int off, int minutes, string expected)
    {
        var token = await Token();
        _time.Now += TimeSpan.FromMinutes(minutes);
        var beat = new HostBeat(_time.Now, 0, 1, 1, 1, [], 0, null, "", _time.Now);
        await _store.Commit(new StoreTransaction().Put(HostBeat.Folder + "web-1", System.Text.Json.JsonSerializer.Serialize(beat, JsonFleet.Default.HostBeat)), Ending);
        var theirs = new SetTime(_time.Now + TimeSpan.FromMinutes(off));
        Assert.Equal(expected, $"{await new JoinTokens(_store, "web-2", Ours, theirs).Redeem(token, Host, Ending)}");
        // Where nothing is heard of it, by one's own.
        await _store.Commit(new StoreTransaction().Put(StoreTending.SilentFolder + "web-1", ""), Ending);
        Assert.Equal(minutes + off >= 60 ? "Expired" : "Accepted", $"{await new JoinTokens(_store, "web-3", Ours, theirs).Redeem(token, Host, Ending)}");
    }

    [Fact]
    public async Task A_forged_token_is_unknown()
    {
        var token = await Token();
        var raw = System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(JoinTokens.Prefix.Length));
        // In its id, its secret and its fleet.
        foreach (var place in (int[])[0, 8, 39, 40, 71])
        {
            var forged = raw.ToArray();
            forged[place] ^= 1;
            Assert.Equal(JoinAnswer.Unknown, await _tokens.Redeem(JoinTokens.Prefix + System.Buffers.Text.Base64Url.EncodeToString(forged), Host, Ending));
        }
        foreach (var text in (string[])["", JoinTokens.Prefix, token[..^1], token + "A", token[4..], "us_" + token[4..], new('x', 100_000), JoinTokens.Prefix + new string('?', 96)])
            Assert.Equal(JoinAnswer.Unknown, await _tokens.Redeem(text, Host, Ending));
        Assert.Equal(JoinAnswer.Accepted, await _tokens.Redeem(token, Host, Ending));
    }

    [Fact]
    public async Task A_token_tells_which_fleet_it_is_of_and_the_store_does_not_tell_the_token()
    {
        var token = await Token();
        Assert.Equal(Ours, JoinTokens.FleetOf(token));
        Assert.Null(JoinTokens.FleetOf("usj_nonsense"));
        Assert.Equal(JoinAnswer.Unknown, await new JoinTokens(_store, "web-1", SHA256.HashData("theirs"u8), _time).Redeem(token, Host, Ending));
        var secret = System.Buffers.Text.Base64Url.DecodeFromChars(token.AsSpan(JoinTokens.Prefix.Length))[8..40];
        Assert.DoesNotContain(Convert.ToHexStringLower(secret), Assert.Single((await _store.List("", null, Ending))!.Entries).Text, StringComparison.Ordinal);
        Assert.NotEqual(token, await Token());
    }

    [Fact]
    public async Task What_expired_long_ago_is_forgotten()
    {
        await Token();
        _time.Now += TimeSpan.FromDays(1);
        await _tokens.Forget(Ending);
        Assert.Single((await _store.List("", null, Ending))!.Entries);
        _time.Now += JoinTokens.Longest;
        await _tokens.Forget(Ending);
        Assert.Empty((await _store.List("", null, Ending))!.Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(8 * 24)]
    public async Task A_token_lasts_a_week_at_most(int hours) =>
        await Assert.ThrowsAsync<OperationRefused>(() => _tokens.Create(TimeSpan.FromHours(hours), Ending));

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    Task<string> Token() => _tokens.Create(TimeSpan.FromHours(1), Ending);
}
