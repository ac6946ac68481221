using System.Buffers.Text;

namespace Understudy.Linux;

/// <summary>Figures in the texts that the kernel writes, found without allocating anything.</summary>
static class KernelText
{
    /// <summary>The number at the beginning of a text; `max` is long.MaxValue, and so is what is larger. -1: there is none.</summary>
    public static long Number(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t"u8);
        if (text.StartsWith("max"u8))
            return long.MaxValue;
        if (!Utf8Parser.TryParse(text, out ulong value, out _))
            return -1;
        return value > long.MaxValue ? long.MaxValue : (long)value;
    }

    /// <summary>The number on the line that begins with a name, such as `MemTotal:` or `inactive_file`. -1: there is no such line.</summary>
    public static long Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var line = Line(text, name);
        return line.IsEmpty ? -1 : Number(line[name.Length..]);
    }

    /// <summary>The number behind a key such as `avg10=` on the line that begins with a name. 0: there is no such line or key.</summary>
    public static double Figure(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        var line = Line(text, name);
        var at = line.IndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(line[(at + key.Length)..], out double value, out _) ? value : 0;
    }

    static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.Length > name.Length && line.StartsWith(name) && line[name.Length] is (byte)' ' or (byte)'\t')
                return line;
            text = end < 0 ? default : text[(end + 1)..];
        }
        return default;
    }
}
