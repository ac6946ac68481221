using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Understudy.Proxying;

/// <summary>Headers that concern one connection only (RFC 9110, section 7.6.1), and those that the proxy sets itself.</summary>
internal static class HopHeaders
{
    static readonly FrozenSet<string> request = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
        // Its meaning is between proxies, whoever sent it.
        HopMarks.Probe);

    static readonly FrozenSet<string> response = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Transfer-Encoding", "Upgrade", HopMarks.Refused);

    // A client cannot have these removed by naming them in Connection: others rely on them.
    static readonly FrozenSet<string> kept = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Host", "Content-Length", "Content-Type", "Authorization", "Cookie", "Origin", "Expect");

    public static bool InRequest(string name) => name[0] == ':' || request.Contains(name);

    public static bool InResponse(string name) => response.Contains(name);

    /// <summary>The further headers that a Connection header names, or null. (Kestrel shows only `keep-alive` where that is among them, and hides the rest.)</summary>
    public static HashSet<string>? Named(in StringValues connection)
    {
        HashSet<string>? named = null;
        foreach (var line in connection)
        {
            // Nearly always; the loop below would only find these.
            if (line is null or "keep-alive" or "Keep-Alive" or "close" or "Upgrade" or "upgrade") continue;
            foreach (var part in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!kept.Contains(part) && !request.Contains(part)) (named ??= new(StringComparer.OrdinalIgnoreCase)).Add(part);
            }
        }

        return named;
    }

    /// <summary>X-Forwarded-anything and Forwarded. `_` counts as `-`, for that is what it is to CGI, Rack and WSGI.</summary>
    public static bool IsForwarded(string name) =>
        name.Length >= 9
        && ((name[0] | 0x20) switch
        {
            'x' => name.Length > 12 && IsDash(name[1]) && IsDash(name[11]) && name.AsSpan(2, 9).Equals("forwarded", StringComparison.OrdinalIgnoreCase),
            'f' => name.Length == 9 && name.Equals("forwarded", StringComparison.OrdinalIgnoreCase),
            _ => false,
        });

    /// <summary>X-Request-ID or X-Request-Start, in any spelling that a worker may take for it.</summary>
    public static bool IsRequestMark(string name) =>
        name.Length is 12 or 15 && (name[0] | 0x20) == 'x' && IsDash(name[1]) && IsDash(name[9])
        && name.AsSpan(2, 7).Equals("request", StringComparison.OrdinalIgnoreCase)
        && (name.AsSpan(10).Equals("id", StringComparison.OrdinalIgnoreCase) || name.AsSpan(10).Equals("start", StringComparison.OrdinalIgnoreCase));

    static bool IsDash(char c) => c is '-' or '_';
}
