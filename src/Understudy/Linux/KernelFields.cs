using System.Buffers.Text;

namespace Understudy.Linux;

/// <summary>Fields of a kernel file's text, without an allocation.</summary>
static class KernelFields
{
    /// <summary>The number in a field; fields stand a single space apart and count from 0. Null: there is none.</summary>
    public static long? Number(ReadOnlySpan<byte> line, int field)
    {
        for (; field > 0; field--)
        {
            var space = line.IndexOf((byte)' ');
            if (space < 0)
                return null;
            line = line[(space + 1)..];
        }
        return Utf8Parser.TryParse(line, out long number, out _) ? number : null;
    }

    /// <summary>The number of kB behind a name, in bytes. Null: there is no such line.</summary>
    public static long? Kilobytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart(" \t"u8), out long kilobytes, out _) ? kilobytes * 1024 : null;
    }
}
