using System.Globalization;
using System.Text;

namespace Understudy.Decisions.Releases;

/// <summary>Names of files in a checkout: what they may be, and how a strange one is shown.</summary>
public static class SourceNames
{
    /// <summary>In bytes; the kernel's own limit for one name.</summary>
    public const int LongestName = 255;

    /// <summary>In bytes; the kernel takes 4,095 with the release's own folder before it.</summary>
    public const int LongestPath = 4_000;

    const int LongestShown = 200;

    /// <summary>
    /// A name as the kernel has it. Bytes that are no UTF-8 become lone surrogates (U+DC80 to U+DCFF), so that <see cref="Wrong"/> finds them and
    /// <see cref="Shown"/> can show them; no file can be opened by such a name.
    /// </summary>
    public static string FromBytes(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var good = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (good)
                text.Append(rune.ToString());
            else
                foreach (var odd in name[..length])
                    text.Append((char)(0xDC00 + odd));
            name = name[length..];
        }
        return text.ToString();
    }

    /// <summary>In quotes, on one line, at most 200 characters, with everything escaped that a terminal would act on.</summary>
    public static string Quoted(string name) => $"\"{Shown(name)}\"";

    /// <summary>The same without quotes.</summary>
    public static string Shown(string name)
    {
        var shown = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (shown.Length >= LongestShown)
                return shown.Append("...").ToString();
            if (char.IsSurrogatePair(name, i))
                shown.Append(name[i]).Append(name[++i]);
            else
                shown.Append(Letter(name[i]));
        }
        return shown.ToString();
    }

    static string Letter(char letter) => letter switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        >= '\udc80' and <= '\udcff' => string.Create(CultureInfo.InvariantCulture, $"\\x{letter - 0xDC00:x2}"),
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
        // C1 controls act like ESC on some terminals; the bidirectional overrides reorder what is read.
        >= '\u007f' and <= '\u009f' or >= '\ud800' and <= '\udfff' or >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u2028' or '\u2029'
            => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
        _ => letter.ToString(),
    };

    /// <summary>One sentence on what is wrong with a path of a checkout and what to do; null when nothing is.</summary>
    public static string? Wrong(string path)
    {
        if (path.Length == 0)
            return "A file has an empty name: give it one.";
        if (WrongText(path) is { } odd)
            return $"The name {Quoted(path)} {odd}: rename the file.";
        if (path[0] == '/')
            return $"The path {Quoted(path)} is absolute: only paths inside the checkout can be deployed.";
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            return string.Create(CultureInfo.InvariantCulture, $"The path {Quoted(path)} is longer than {LongestPath} bytes: shorten it.");
        foreach (var segment in path.Split('/'))
            if (WrongSegment(segment) is { } wrong)
                return $"The path {Quoted(path)} {wrong}.";
        return null;
    }

    /// <summary>What is wrong with any text that becomes a name or a link's target; null when nothing is.</summary>
    internal static string? WrongText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return text[i] == '\n' ? "contains a newline" : "contains a control character";
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (char.IsSurrogate(text[i]))
                return "is not UTF-8";
        }
        return null;
    }

    static string? WrongSegment(string segment) => segment switch
    {
        "" => "has an empty part: write one '/' between two names, and none at the end",
        "." or ".." => $"has a part \"{segment}\": write it without",
        ".git" => "lies in a .git folder, which is never deployed: leave it out",
        _ when Encoding.UTF8.GetByteCount(segment) > LongestName =>
            string.Create(CultureInfo.InvariantCulture, $"has a name longer than {LongestName} bytes: shorten it"),
        _ => null,
    };
}
