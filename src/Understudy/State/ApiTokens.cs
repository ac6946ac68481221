using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;

namespace Understudy.State;

/// <summary>That a token is there, and its times; never what it says.</summary>
/// <param name="UsedAt">To the minute. Null: never.</param>
sealed record TokenEntry(string Name, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? UsedAt);

/// <summary>Whose token a request brought.</summary>
/// <param name="Revoked">Cancelled once the token is revoked: what it has open then ends.</param>
sealed record TokenPass(string Name, CancellationToken Revoked);

/// <summary>The tokens that open the API to other machines. Only their hashes are kept: they are 32 random bytes, which no search finds.</summary>
sealed class ApiTokens
{
    public const int Most = 200;

    /// <summary>Before the random part, so that a token found in the wrong place is known for what it is.</summary>
    public const string Prefix = "us_";

    /// <summary>The prefix, and base64url of 32 bytes.</summary>
    public const int Letters = 46;

    static readonly TimeSpan WriteUseEvery = TimeSpan.FromMinutes(1);

    readonly Database _database;
    readonly TimeProvider _time;
    readonly Lock _gate = new();
    List<Kept> _kept;

    public ApiTokens(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _kept = database.Query("SELECT name, hash, used_at FROM tokens", row =>
            new Kept(row.GetString(0), (byte[])row.GetValue(1)) { UsedAt = row.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)) });
    }

    /// <summary>True where a text has the form of a token.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        if (text.Length != Letters || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        foreach (var letter in text[Prefix.Length..])
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_'))
                return false;
        return true;
    }

    public IReadOnlyList<TokenEntry> List() => _database.Query("SELECT name, created_at, created_by, used_at FROM tokens ORDER BY name", row => new TokenEntry(
        row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetString(2), row.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3))));

    /// <returns>The token itself, which nothing can show again.</returns>
    /// <exception cref="OperationRefused">The name is taken or is none, or there are too many.</exception>
    public string Create(string name, string by)
    {
        if (Names.Check(name) is { } wrong)
            throw new OperationRefused($"\"{(name.Length > 40 ? name[..40] + "..." : name)}\" {wrong} for a token; write {Names.Expected}", RefusalKind.Invalid);
        lock (_gate)
        {
            if (_kept.Any(kept => kept.Name == name))
                throw new OperationRefused($"there is a token {name} already, and it cannot be shown again: revoke it with `understudy token revoke {name}`, or choose another name");
            if (_kept.Count >= Most)
                throw new OperationRefused($"there are {Most} tokens, which is as many as are kept: revoke some that `understudy token list` shows as unused");
            var text = Prefix + System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes(text));
            Change("INSERT INTO tokens (name, hash, created_at, created_by) VALUES ($name, $hash, $at, $by)",
                ("$name", name), ("$hash", hash), ("$at", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("$by", by));
            _kept = [.. _kept, new Kept(name, hash)];
            return text;
        }
    }

    /// <summary>From now on it opens nothing, and what it has open ends.</summary>
    /// <exception cref="OperationRefused">There is none of that name.</exception>
    public void Revoke(string name)
    {
        Kept gone;
        lock (_gate)
        {
            gone = _kept.Find(kept => kept.Name == name) ?? throw new OperationRefused(
                $"there is no token of that name; {(_kept.Count == 0 ? "there are none" : $"there are: {string.Join(", ", _kept.Select(kept => kept.Name).Order(StringComparer.Ordinal))}")}", RefusalKind.Unknown);
            Change("DELETE FROM tokens WHERE name = $name", ("$name", name));
            _kept = [.. _kept.Where(kept => kept != gone)];
        }
        gone.Revoked.Cancel();
    }

    /// <summary>Null: no such token. The time it takes says nothing about the tokens that are kept.</summary>
    public TokenPass? Find(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(IsWellFormed(text) ? Encoding.ASCII.GetBytes(text) : [], hash);
        Kept? found = null;
        foreach (var kept in Volatile.Read(ref _kept))
            found = CryptographicOperations.FixedTimeEquals(hash, kept.Hash) ? kept : found;
        if (found is null)
            return null;
        Used(found);
        return new TokenPass(found.Name, found.Revoked.Token);
    }

    void Used(Kept token)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (token.UsedAt is { } before && now - before < WriteUseEvery)
                return;
            token.UsedAt = now;
        }
        try
        {
            _database.Execute("UPDATE tokens SET used_at = $at WHERE name = $name AND hash = $hash", ("$at", now.ToUnixTimeMilliseconds()), ("$name", token.Name), ("$hash", token.Hash));
        }
        catch (SqliteException)
        {
            // A full disk keeps nobody out: the time of use is for people who tidy up.
        }
    }

    void Change(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        try
        {
            _database.Execute(sql, values);
        }
        catch (SqliteException refused)
        {
            throw new OperationRefused($"the tokens cannot be written down ({refused.Message}), and nothing was changed. See whether the disk is full");
        }
    }

    sealed class Kept(string name, byte[] hash)
    {
        public string Name => name;

        public byte[] Hash => hash;

        public CancellationTokenSource Revoked { get; } = new();

        public DateTimeOffset? UsedAt { get; set; }
    }
}
