using System.Globalization;
using System.Net;

namespace Understudy.Proxying;

/// <summary>A listener's address: `http://0.0.0.0:80`, `https://[::]:443`, `http://localhost:8080`; `hop://10.0.0.1:7444` for other hosts' proxies.</summary>
internal sealed record ListenAddress(string Text, ListenKind Kind, string Host, int Port)
{
    static readonly (string Scheme, ListenKind Kind, string? Port)[] known = [("http", ListenKind.Http, "80"), ("https", ListenKind.Https, "443"), ("hop", ListenKind.Hop, null)];

    public string Scheme => Array.Find(known, one => one.Kind == Kind).Scheme;

    /// <exception cref="OperationRefused">It is no address that the proxy can listen on.</exception>
    public static ListenAddress Parse(string text)
    {
        var trimmed = text.Trim();
        var (scheme, kind, usual) = Array.Find(known, one => trimmed.StartsWith(one.Scheme + "://", StringComparison.OrdinalIgnoreCase));
        if (scheme is null) throw Wrong(text, "it begins with neither http:// nor https://");
        var authority = trimmed[(scheme.Length + 3)..].TrimEnd('/');
        var colon = authority.LastIndexOf(':');
        var (host, digits) = colon > authority.LastIndexOf(']') ? (authority[..colon], authority[(colon + 1)..]) : (authority, usual ?? throw Wrong(text, "it names no port"));
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535) throw Wrong(text, $"`{digits}` is no port");
        if (host.Contains('/')) throw Wrong(text, "a path has no meaning here");
        if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && Address(host) is null) throw Wrong(text, $"`{host}` is neither an IP address nor localhost");
        return new ListenAddress(text, kind, host.ToLowerInvariant(), port);
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
