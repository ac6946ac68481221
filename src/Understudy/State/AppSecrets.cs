using System.Text;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;

namespace Understudy.State;

/// <summary>That a secret is there, and since when; never what it says.</summary>
sealed record SecretEntry(string Name, DateTimeOffset SetAt, string SetBy);

/// <summary>Environment variables that are set with `env set` and kept encrypted.</summary>
sealed class AppSecrets(Database database, SecretBox box, TimeProvider time)
{
    /// <summary>The kernel takes 128 KiB for one NAME=VALUE; half of it is far beyond any key or certificate.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Of all values of an app: a quarter of what the kernel gives a process for arguments and environment together.</summary>
    public const int MostBytesInAll = 512 * 1024;

    public const int MostNames = 1_000;
    const int LongestName = 255;
    const int LongestCaller = 64;

    readonly Lock _gate = new();

    /// <summary>What the app's processes are started with.</summary>
    /// <exception cref="OperationRefused">One cannot be read; the message names it.</exception>
    public IReadOnlyDictionary<string, string> For(string app) => database
        .Query("SELECT name, value FROM env WHERE app = $app ORDER BY name", row => (Name: row.GetString(0), Box: (byte[])row.GetValue(1)), ("$app", app))
        .ToDictionary(found => found.Name, found => box.Open(found.Box, Bound(app, found.Name)));

    public IReadOnlyList<SecretEntry> List(string app) => database.Query(
        "SELECT name, set_at, set_by FROM env WHERE app = $app ORDER BY name",
        row => new SecretEntry(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetString(2)), ("$app", app));

    /// <summary>All of them or none.</summary>
    /// <param name="by">Who asks, as he says.</param>
    /// <exception cref="OperationRefused">A name or a value that no environment can carry, or too much of them.</exception>
    public void Set(string app, IReadOnlyDictionary<string, string> pairs, string? by)
    {
        foreach (var (name, value) in pairs)
            Check(name, value);
        lock (_gate)
        {
            CheckSum(app, pairs);
            if (pairs.Count > 0)
                Write(app, pairs, Caller(by));
        }
    }

    /// <returns>Those that were there.</returns>
    public IReadOnlyList<string> Unset(string app, IReadOnlyCollection<string> names)
    {
        lock (_gate)
        {
            var there = List(app).Select(entry => entry.Name).Where(names.Contains).ToList();
            if (there.Count > 0)
            {
                (string, object?)[] values = [("$app", app), .. there.Select((name, i) => ($"$n{i}", (object?)name))];
                database.Execute($"DELETE FROM env WHERE app = $app AND name IN ({string.Join(", ", there.Select((_, i) => $"$n{i}"))})", values);
            }
            return there;
        }
    }

    /// <summary>One statement, so that the agent may be killed at any moment and none is set without the others.</summary>
    void Write(string app, IReadOnlyDictionary<string, string> pairs, string by)
    {
        var rows = string.Join(", ", pairs.Select((_, i) => $"($app, $n{i}, $v{i}, $at, $by)"));
        (string, object?)[] values =
        [
            ("$app", app), ("$at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("$by", by),
            .. pairs.SelectMany((pair, i) => ((string, object?)[])[($"$n{i}", pair.Key), ($"$v{i}", box.Seal(pair.Value, Bound(app, pair.Key)))]),
        ];
        try
        {
            database.Execute($"INSERT OR REPLACE INTO env (app, name, value, set_at, set_by) VALUES {rows}", values);
        }
        catch (SqliteException refused)
        {
            throw new OperationRefused($"the secrets of {app} cannot be written down ({refused.Message}), and none was changed. See whether the disk is full");
        }
    }

    void CheckSum(string app, IReadOnlyDictionary<string, string> pairs)
    {
        var kept = database.Query("SELECT name, length(value) FROM env WHERE app = $app", row => (Name: row.GetString(0), Bytes: SecretBox.TextBytes(row.GetInt64(1))), ("$app", app))
            .Where(one => !pairs.ContainsKey(one.Name)).ToList();
        if (kept.Count + pairs.Count > MostNames)
            throw Invalid($"{app} would have {kept.Count + pairs.Count} secrets, and at most {MostNames} are kept; unset some first with `understudy env unset`");
        var sum = kept.Sum(one => one.Bytes) + pairs.Sum(pair => (long)Encoding.UTF8.GetByteCount(pair.Value));
        if (sum > MostBytesInAll)
            throw Invalid($"the secrets of {app} would have {sum:N0} bytes together, and at most {MostBytesInAll:N0} are kept; put what is large into a file of shared/ and its path into the secret");
    }

    static void Check(string name, string value)
    {
        if (name.Length > LongestName)
            throw Invalid($"\"{Short(name)}\" is {name.Length:N0} letters long, and a variable's name has at most {LongestName}");
        if (Names.CheckEnv(name) is { } wrong)
            throw Invalid($"\"{Short(name)}\" {wrong}; write {Names.EnvExpected}");
        if (value.Contains('\0', StringComparison.Ordinal))
            throw Invalid($"{name}: the value contains a NUL character, which an environment cannot carry; encode it, in base64 for example");
        if (!IsWellFormed(value))
            throw Invalid($"{name}: the value is not UTF-8 text; encode it, in base64 for example");
        if (Encoding.UTF8.GetByteCount(value) is > MostBytes and var bytes)
            throw Invalid($"{name}: the value has {bytes:N0} bytes, and at most {MostBytes:N0} are kept; put it into a file of shared/ and its path into the secret");
    }

    /// <summary>False for half a surrogate pair, which would be stored as another text than was given.</summary>
    static bool IsWellFormed(string value)
    {
        for (var at = 0; at < value.Length;)
        {
            if (!Rune.TryGetRuneAt(value, at, out var rune))
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }

    static string Caller(string? by)
    {
        var shown = new string([.. (by ?? "").Where(letter => letter > ' ' && letter is not '\x7f' && !char.IsControl(letter) && !char.IsSurrogate(letter)).Take(LongestCaller)]);
        return shown.Length == 0 ? "unknown" : shown;
    }

    static OperationRefused Invalid(string message) => new(message, RefusalKind.Invalid);

    static string Short(string text) => text.Length > 40 ? text[..40] + "..." : text;

    static string Bound(string app, string name) => $"{app}/{name}";
}
