using System.IO.Enumeration;
using System.Text;
using System.Text.Unicode;

namespace Understudy.Decisions.Proxying;

/// <summary>
/// An `assets:` value, and which file a URL means by it. The value is a folder's path or a glob in the release: `*` and `?` stay within a
/// name, `**` stands for any number of folders, and what is matched is meant with everything beneath. A file's URL is its path below the
/// site's root folder: the last one named `public` or `wwwroot`, else the first named `dist`, or the folder that holds the first named
/// `static` (whose name is by custom part of the URL), else the release itself.
/// </summary>
public sealed class AssetPattern
{
    /// <summary>Linux takes no longer path.</summary>
    const int LongestPath = 4096;

    /// <summary>The root folder, with a slash at its end unless it is empty.</summary>
    readonly string root;

    /// <summary>What the URL's names must match. The last is always `**`.</summary>
    readonly string[] names;

    /// <summary>What every URL of an asset begins with, unless it is percent-encoded.</summary>
    readonly string beginning;

    AssetPattern(string root, string[] names, string beginning)
    {
        this.root = root;
        this.names = names;
        this.beginning = beginning;
    }

    /// <returns>Null: it does not name something below the release's folder.</returns>
    public static AssetPattern? Parse(string text)
    {
        var path = text.AsSpan();
        while (path.StartsWith("./")) path = path[2..];
        path = path.TrimEnd('/');
        if (path.Length is 0 or > LongestPath || path.ContainsAny('\0', '\\')) return null;
        var parts = path.ToString().Split('/');
        foreach (var part in parts)
        {
            if (part is "" or "." or "..") return null;
        }

        var plain = Array.FindIndex(parts, IsWild);
        if (plain < 0) plain = parts.Length;
        var inRoot = RootLength(parts.AsSpan(0, plain));
        var beginning = string.Concat(parts[inRoot..plain].Select(part => "/" + part));
        if (plain < parts.Length) beginning += "/" + parts[plain][..parts[plain].AsSpan().IndexOfAny('*', '?')];
        return new AssetPattern(string.Concat(parts[..inRoot].Select(part => part + "/")), [.. parts[inRoot..], "**"], beginning);
    }

    static bool IsWild(string name) => name.AsSpan().ContainsAny('*', '?');

    static int RootLength(ReadOnlySpan<string> folders)
    {
        for (var i = folders.Length - 1; i >= 0; i--)
        {
            if (folders[i] is "public" or "wwwroot") return i + 1;
        }

        for (var i = 0; i < folders.Length; i++)
        {
            if (folders[i] is "dist") return i + 1;
            if (folders[i] is "static") return i;
        }

        return 0;
    }

    /// <param name="target">A request's target in origin form, as it came.</param>
    /// <returns>The file's path in the release; null when the pattern does not mean it, or a file of the name could not be meant in good faith.</returns>
    public string? FileFor(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var url = query < 0 ? target : target.AsSpan(0, query);
        if (url.Length > LongestPath || !(url.StartsWith(beginning, StringComparison.Ordinal) || url.Contains('%'))) return null;
        if (Decode(url) is not { } path) return null;
        var found = path.Split('/');
        foreach (var name in found)
        {
            if (name is "" or ['.', ..]) return null;
        }

        return Matches(found) ? root + path : null;
    }

    /// <summary>The path without its first slash. A slash or a backslash that came encoded is in no file's name, and nothing is decoded twice.</summary>
    static string? Decode(ReadOnlySpan<char> url)
    {
        if (url is not ['/', ..]) return null;
        var bytes = new byte[url.Length - 1];
        var length = 0;
        for (var i = 1; i < url.Length; i++)
        {
            var c = url[i];
            if (c is '\\' or '#' or <= ' ' or > '~') return null;
            if (c == '%')
            {
                if (i + 2 >= url.Length || !char.IsAsciiHexDigit(url[i + 1]) || !char.IsAsciiHexDigit(url[i + 2])) return null;
                c = (char)Convert.FromHexString(url.Slice(i + 1, 2))[0];
                if (c is '\0' or '/' or '\\') return null;
                i += 2;
            }

            bytes[length++] = (byte)c;
        }

        var path = bytes.AsSpan(0, length);
        return Utf8.IsValid(path) ? Encoding.UTF8.GetString(path) : null;
    }

    /// <summary>Where a `**` took too few names, only the last one before has to give: so this ends after length times length steps.</summary>
    bool Matches(string[] found)
    {
        int at = 0, name = 0, anyAt = -1, anyName = 0;
        while (at < found.Length)
        {
            if (name < names.Length && names[name] == "**")
            {
                (anyAt, anyName) = (at, ++name);
            }
            else if (name < names.Length && FileSystemName.MatchesSimpleExpression(names[name], found[at], ignoreCase: false))
            {
                at++;
                name++;
            }
            else if (anyAt >= 0)
            {
                (at, name) = (++anyAt, anyName);
            }
            else
            {
                return false;
            }
        }

        // All that may be left is `**`, which stands for nothing too.
        return names.AsSpan(name).TrimStart("**").Length == 0;
    }
}
