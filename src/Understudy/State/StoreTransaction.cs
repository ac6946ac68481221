using System.Text;

namespace Understudy.State;

/// <summary>Conditions and the writes that are made together when all of them hold.</summary>
sealed class StoreTransaction
{
    /// <summary>Conditions, and writes. etcd's own limit is 128 steps for each; a few are the client's.</summary>
    public const int MostSteps = 100;

    /// <summary>Of all values together. etcd's own limit for a request is 1.5 MiB.</summary>
    public const int MostBytes = 1 << 20;

    public const int LongestKey = 512;

    readonly Dictionary<string, long> _conditions = [];
    readonly Dictionary<string, ReadOnlyMemory<byte>?> _writes = [];
    int _bytes;

    /// <summary>Keys, and the revision in which each must have been changed last; 0: it must not be there.</summary>
    public IReadOnlyDictionary<string, long> Conditions => _conditions;

    /// <summary>Keys, and the value that each gets; null deletes.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Writes => _writes;

    /// <summary>The key is still as this entry says.</summary>
    public StoreTransaction When(StoreEntry entry) => When(entry.Key, entry.Changed);

    public StoreTransaction WhenAbsent(string key) => When(key, 0);

    public StoreTransaction When(string key, long changed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(changed);
        Known(key);
        _conditions.Add(key, changed);
        return Checked();
    }

    public StoreTransaction Put(string key, string value) => Put(key, Encoding.UTF8.GetBytes(value));

    public StoreTransaction Put(string key, ReadOnlyMemory<byte> value)
    {
        Known(key);
        _writes.Add(key, value);
        _bytes += value.Length;
        return Checked();
    }

    public StoreTransaction Delete(string key)
    {
        Known(key);
        _writes.Add(key, null);
        return Checked();
    }

    /// <summary>Keys are visible ASCII, so that every store orders them alike.</summary>
    public static void Known(string key)
    {
        if (key.Length is 0 or > LongestKey || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"'{key}' is no key: 1 to {LongestKey} visible ASCII characters are", nameof(key));
    }

    StoreTransaction Checked()
    {
        if (_conditions.Count > MostSteps || _writes.Count > MostSteps)
            throw new InvalidOperationException($"a transaction has at most {MostSteps} conditions and {MostSteps} writes");
        if (_bytes > MostBytes)
            throw new InvalidOperationException($"a transaction writes at most {MostBytes} bytes");
        return this;
    }
}
