using System.Text;

namespace Understudy.Workers.Logs;

/// <summary>Makes lines of bytes as they come. A line is given once it is complete; a very long one in pieces.</summary>
sealed class LineSplitter
{
    /// <summary>Bytes of a piece; at most 3 fewer where a character would be cut.</summary>
    public const int LongestLine = 64 * 1024;

    readonly byte[] pending = new byte[LongestLine];
    int count;

    public void Add(ReadOnlySpan<byte> bytes, List<string> lines)
    {
        while (bytes.Length > 0)
        {
            var newline = bytes.IndexOf((byte)'\n');
            var piece = bytes[..Math.Min(newline < 0 ? bytes.Length : newline, LongestLine - count)];
            piece.CopyTo(pending.AsSpan(count));
            count += piece.Length;
            bytes = bytes[piece.Length..];
            if (piece.Length == newline)
            {
                Complete(lines);
                bytes = bytes[1..];
            }
            else if (count == LongestLine)
            {
                Split(lines);
            }
        }
    }

    /// <summary>The line that has no end yet; null when there is none.</summary>
    public string? Rest()
    {
        if (count == 0)
            return null;
        var rest = Encoding.UTF8.GetString(pending, 0, count);
        count = 0;
        return rest;
    }

    void Complete(List<string> lines)
    {
        if (count > 0 && pending[count - 1] == '\r')
            count--;
        lines.Add(Rest() ?? "");
    }

    void Split(List<string> lines)
    {
        var cut = count;
        while (cut > count - 4 && (pending[cut - 1] & 0xC0) == 0x80)
            cut--;
        cut = (pending[cut - 1] & 0xC0) == 0xC0 ? cut - 1 : count;
        lines.Add(Encoding.UTF8.GetString(pending, 0, cut));
        pending.AsSpan(cut, count - cut).CopyTo(pending);
        count -= cut;
    }
}
