using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Understudy.State;

namespace Understudy.Fleet;

/// <summary>What became of a token that a host brought.</summary>
enum JoinAnswer
{
    Accepted,

    /// <summary>Nobody made it, or it is not of this fleet, or it is over so long that it is forgotten.</summary>
    Unknown,
    Expired,
    UsedBefore,

    /// <summary>The fleet's store did not say; the same host may try the same token again.</summary>
    NotKnown,
}

/// <summary>Tokens by which hosts join: each once, for a time. The store has their hashes, so that who reads it cannot join.</summary>
/// <param name="own">This host.</param>
sealed class JoinTokens(IStore store, string own, byte[] fleetFingerprint, TimeProvider time)
{
    /// <summary>Before the rest, so that a token found in the wrong place is known for what it is.</summary>
    public const string Prefix = "usj_";

    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    const string Folder = "join/";
    const int IdBytes = 8;
    const int SecretBytes = 32;

    /// <returns>The token itself, which nothing can show again.</returns>
    /// <exception cref="OperationRefused">The store did not take it.</exception>
    public async Task<string> Create(TimeSpan lasts, CancellationToken cancellation)
    {
        if (lasts <= TimeSpan.Zero || lasts > Longest)
            throw new OperationRefused($"a join token lasts up to {Longest.TotalDays:0} days", RefusalKind.Invalid);
        var (id, secret) = (RandomNumberGenerator.GetBytes(IdBytes), RandomNumberGenerator.GetBytes(SecretBytes));
        var until = time.GetUtcNow() + lasts;
        var written = await store.Commit(new StoreTransaction().WhenAbsent(Key(id)).Put(Key(id), Text(Convert.ToHexStringLower(SHA256.HashData(secret)), until, own, usedBy: "-")), cancellation);
        if (written is not StoreCommit.Done)
            throw new OperationRefused(written is StoreCommit.Unknown unknown ? $"the join token could not be written down: {unknown.Why}" : "the join token could not be written down; try again");
        return Prefix + Base64Url.EncodeToString([.. id, .. secret, .. fleetFingerprint]);
    }

    /// <summary>The fleet's certificate that a token speaks for: who joins compares it before it sends the token.</summary>
    /// <returns>Null: it is no join token.</returns>
    public static byte[]? FleetOf(string token) => Parts(token)?.Fleet;

    /// <summary>Uses it up for the holder of this key. The same key may ask again, as one does whose answer was lost.</summary>
    /// <param name="publicKey">Of the certificate that is asked for.</param>
    public async Task<JoinAnswer> Redeem(string token, ReadOnlyMemory<byte> publicKey, CancellationToken cancellation)
    {
        if (Parts(token) is not var (id, secret, fleet) || !CryptographicOperations.FixedTimeEquals(fleet, fleetFingerprint))
            return JoinAnswer.Unknown;
        var holder = Convert.ToHexStringLower(SHA256.HashData(publicKey.Span));
        try
        {
            // Who loses the swap looks again, and finds who won it.
            while (true)
            {
                if (await store.Get(Key(id), cancellation) is not { } entry || entry.Text.Split('\n') is not [var hash, var until, var maker, var usedBy])
                    return JoinAnswer.Unknown;
                if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(secret), Convert.FromHexString(hash)))
                    return JoinAnswer.Unknown;
                var end = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(until, CultureInfo.InvariantCulture));
                if (await NowAt(maker, cancellation) >= end)
                    return JoinAnswer.Expired;
                if (usedBy != "-")
                    return usedBy == holder ? JoinAnswer.Accepted : JoinAnswer.UsedBefore;
                var answer = await store.Commit(new StoreTransaction().When(entry).Put(entry.Key, Text(hash, end, maker, holder)), cancellation);
                if (answer is not StoreCommit.Refused)
                    return answer is StoreCommit.Done ? JoinAnswer.Accepted : JoinAnswer.NotKnown;
            }
        }
        catch (StoreSilent)
        {
            return JoinAnswer.NotKnown;
        }
    }

    /// <summary>Those that expired a while ago; until then a late host is told why.</summary>
    public async Task Forget(CancellationToken cancellation)
    {
        foreach (var entry in (await store.List(Folder, null, cancellation))!.Entries)
        {
            if (entry.Text.Split('\n') is [_, var until, _, _] && time.GetUtcNow() >= DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(until, CultureInfo.InvariantCulture)) + Longest)
                await store.Commit(new StoreTransaction().When(entry).Delete(entry.Key), cancellation);
        }
    }

    /// <summary>By the clock of who made it, as it says itself every few seconds: this host's may be hours off.</summary>
    async Task<DateTimeOffset> NowAt(string maker, CancellationToken cancellation) =>
        maker != own && await store.Get(StoreTending.SilentFolder + maker, cancellation) is null && await store.Get(HostBeat.Folder + maker, cancellation) is { } beat
            ? JsonSerializer.Deserialize(beat.Value.Span, JsonFleet.Default.HostBeat)!.At
            : time.GetUtcNow();

    static (byte[] Id, byte[] Secret, byte[] Fleet)? Parts(string token)
    {
        var bytes = new byte[IdBytes + SecretBytes + SHA256.HashSizeInBytes];
        return token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length <= 2 * bytes.Length && Base64Url.IsValid(token.AsSpan(Prefix.Length), out var length) && length == bytes.Length
            && Base64Url.TryDecodeFromChars(token.AsSpan(Prefix.Length), bytes, out _)
            ? (bytes[..IdBytes], bytes[IdBytes..^SHA256.HashSizeInBytes], bytes[^SHA256.HashSizeInBytes..])
            : null;
    }

    static string Key(byte[] id) => Folder + Convert.ToHexStringLower(id);

    static string Text(string hash, DateTimeOffset until, string maker, string usedBy) => string.Create(CultureInfo.InvariantCulture, $"{hash}\n{until.ToUnixTimeMilliseconds()}\n{maker}\n{usedBy}");
}
