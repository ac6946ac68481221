using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Releases;

/// <summary>
/// Overwrites secrets in a log while it grows, byte by byte so that nothing moves: its writer appends on. One that the command prints in another
/// form (encoded, cut by a colour) is not found.
/// </summary>
sealed class LogSecrets(IEnumerable<string> secrets)
{
    const byte Instead = (byte)'*';

    readonly byte[][] _secrets = [.. SecretText.Hidden(secrets).Select(Encoding.UTF8.GetBytes)];
    readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Bytes before the end of what was looked through that may be the beginning of a secret.</summary>
    int Overlap => _secrets.Length == 0 ? 0 : Math.Min(_secrets.Max(secret => secret.Length) - 1, _buffer.Length / 2);

    /// <summary>Looks through a part of the file. Returns from where the next look must go on.</summary>
    public long Hide(SafeFileHandle file, long from, long to)
    {
        if (_secrets.Length == 0)
            return to;
        while (from < to)
        {
            var bytes = _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, to - from));
            bytes = bytes[..RandomAccess.Read(file, bytes, from)];
            Overwrite(file, bytes, from);
            if (bytes.Length == 0 || from + bytes.Length >= to)
                return Math.Max(from, from + bytes.Length - Overlap);
            from += bytes.Length - Overlap;
        }
        return from;
    }

    void Overwrite(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        foreach (var secret in _secrets)
        {
            for (var at = 0; bytes[at..].IndexOf(secret) is var found and >= 0; at += found + secret.Length)
            {
                var hidden = bytes.Slice(at + found, secret.Length);
                hidden.Fill(Instead);
                RandomAccess.Write(file, hidden, offset + at + found);
            }
        }
    }
}
