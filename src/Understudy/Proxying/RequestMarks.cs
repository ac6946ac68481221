using System.Buffers;

namespace Understudy.Proxying;

/// <summary>X-Request-ID and X-Request-Start.</summary>
internal static class RequestMarks
{
    static readonly SearchValues<char> sane = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:=+/@");

    /// <summary>The client's own, if it has 1 to 128 harmless characters; else 32 random hex digits: unique, not secret.</summary>
    public static string Id(string? given) =>
        given is { Length: > 0 and <= 128 } && !given.AsSpan().ContainsAnyExcept(sane) ? given
            : string.Create(32, (Random.Shared.NextInt64(), Random.Shared.NextInt64()), static (text, parts) =>
            {
                parts.Item1.TryFormat(text[..16], out _, "x16");
                parts.Item2.TryFormat(text[16..], out _, "x16");
            });

    /// <summary>`t=` and the seconds since 1970 with three decimals, as nginx's $msec: what Rack and New Relic read queue time from.</summary>
    public static string Start(DateTimeOffset at)
    {
        var milliseconds = at.ToUnixTimeMilliseconds();
        return string.Create(16, milliseconds, static (text, ms) =>
        {
            text[0] = 't';
            text[1] = '=';
            (ms / 1000).TryFormat(text[2..], out _);
            text[12] = '.';
            (ms % 1000).TryFormat(text[13..], out _, "000");
        });
    }
}
