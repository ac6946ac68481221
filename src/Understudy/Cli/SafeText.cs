using System.Globalization;
using System.Text;

namespace Understudy.Cli;

/// <summary>Text that others wrote (log lines, sentences, names), made harmless for a terminal.</summary>
internal static class SafeText
{
    /// <summary>Colour sequences vanish; any other control character is shown as `^[` or `\u202e`, a tab as a space.</summary>
    public static string Of(string text)
    {
        if (!NeedsWork(text))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '\e' && ColourSequenceLength(text.AsSpan(i)) is var length and > 0)
                i += length - 1;
            else if (letter == '\t')
                safe.Append(' ');
            else if (letter < ' ')
                safe.Append('^').Append((char)(letter + '@'));
            else if (IsUnsafe(letter))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                safe.Append(letter);
        }
        return safe.ToString();
    }

    static bool NeedsWork(string text)
    {
        foreach (var letter in text)
            if (letter < ' ' || IsUnsafe(letter))
                return true;
        return false;
    }

    // C1 controls act like ESC sequences on some terminals; the bidirectional overrides reorder what is read.
    static bool IsUnsafe(char letter) =>
        letter is >= '\u007f' and <= '\u009f' or >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u2028' or '\u2029';

    static int ColourSequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[1] != '[')
            return 0;
        var end = 2;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is ';' or ':'))
            end++;
        return end < text.Length && text[end] == 'm' ? end + 1 : 0;
    }
}
