using System.Buffers.Text;

namespace Understudy.Linux;

/// <summary>Fields of a line that the kernel writes, counted, without an allocation.</summary>
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
}
