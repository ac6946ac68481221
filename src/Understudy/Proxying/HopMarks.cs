using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Understudy.Proxying;

/// <summary>Headers that two hosts' proxies say something to one another with. They are read on hop connections only, and go no further.</summary>
internal static class HopMarks
{
    /// <summary>In a request: it asks after the app's health.</summary>
    public const string Probe = "X-Understudy-Probe";

    /// <summary>In an answer to a probe: requests outstanding, a space, slots.</summary>
    public const string Load = "X-Understudy-Load";

    /// <summary>In an answer: no worker has seen the request.</summary>
    public const string Refused = "X-Understudy-Refused";

    public static void Refuse(HttpContext context) => context.Response.Headers[Refused] = "1";

    public static string LoadText(int outstanding, int slots) => string.Create(CultureInfo.InvariantCulture, $"{outstanding} {slots}");

    public static bool TryLoad(string text, out int outstanding, out int slots)
    {
        slots = 0;
        var space = text.IndexOf(' ');
        return int.TryParse(text.AsSpan(0, Math.Max(space, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out outstanding)
            && int.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out slots);
    }
}
