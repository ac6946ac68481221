using System.Globalization;
using System.Net;

namespace Understudy.Proxying;

/// <summary>A public address as the operator wrote it: `http://0.0.0.0:80`, `https://[::]:443`, `http://localhost:8080`.</summary>
internal sealed record ListenAddress(string Text, bool Tls, string Host, int Port)
{
    /// <exception cref="OperationRefused">It is no address that the proxy can listen on.</exception>
    public static ListenAddress Parse(string text)
    {
        var trimmed = text.Trim();
        var tls = trimmed.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !trimmed.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) throw Wrong(text, "it begins with neither http:// nor https://");
        var authority = trimmed[(tls ? 8 : 7)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        var (host, digits) = colon > authority.LastIndexOf(']') ? (authority[..colon], authority[(colon + 1)..]) : (authority, tls ? "443" : "80");
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535) throw Wrong(text, $"`{digits}` is no port");
        if (host.Contains('/')) throw Wrong(text, "a path has no meaning here");
        if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && Address(host) is null) throw Wrong(text, $"`{host}` is neither an IP address nor localhost");
        return new ListenAddress(text, tls, host.ToLowerInvariant(), port);
    }

    /// <summary>`localhost` is both of the host's loopback addresses.</summary>
    public IReadOnlyList<IPAddress> Addresses(bool hostHasIPv6) => Host == "localhost"
        ? hostHasIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback]
        : [Address(Host)!];

    /// <summary>IPv6 only in brackets, and IPv4 only with four numbers: `127.1` is a typing error sooner than an address.</summary>
    static IPAddress? Address(string host)
    {
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address)) return null;
        return bracketed == host.Contains(':') && (bracketed || host.Count(c => c == '.') == 3) ? address : null;
    }

    static OperationRefused Wrong(string text, string why) =>
        new($"Cannot listen on `{text}`: {why}. Write http://ADDRESS:PORT or https://ADDRESS:PORT, such as http://0.0.0.0:80, https://[::]:443 or http://localhost:8080.");
}
