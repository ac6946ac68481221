using System.Globalization;
using System.Text;

namespace Understudy.Cli;

/// <summary>How many cells a text takes on a terminal.</summary>
internal static class CellWidth
{
    public static int Of(string text)
    {
        var cells = 0;
        foreach (var rune in text.EnumerateRunes())
            cells += Of(rune);
        return cells;
    }

    /// <summary>The text cut to at most that many cells, with an ellipsis where something was cut.</summary>
    public static string Cut(string text, int cells)
    {
        if (text.Length <= cells / 2 || Of(text) <= cells)
            return text;
        var cut = new StringBuilder();
        var left = cells - 1;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= Of(rune);
            if (left < 0)
                break;
            cut.Append(rune);
        }
        return cells < 1 ? "" : cut.ToString().TrimEnd() + "…";
    }

    static int Of(Rune rune)
    {
        if (rune.Value < 0x300)
            return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        return IsWide(rune.Value) ? 2 : 1;
    }

    // The wide and fullwidth blocks of Unicode's EastAsianWidth.txt, in broad strokes.
    static bool IsWide(int value) => value is >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3
        or >= 0xf900 and <= 0xfaff or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60 or >= 0xffe0 and <= 0xffe6
        or >= 0x1f300 and <= 0x1faff or >= 0x20000 and <= 0x3fffd;
}
