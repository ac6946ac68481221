using System.Net;

namespace Understudy.Api;

/// <summary>Where a remote agent answers, as a person or UNDERSTUDY_AGENT names it: https://HOST:PORT, and #sha256:FINGERPRINT of its certificate where no authority vouches for that.</summary>
/// <param name="Fingerprint">SHA-256 of the certificate. Null: this machine's authorities have to vouch for it.</param>
internal sealed record AgentAddress(bool Tls, string Host, int Port, string? Fingerprint)
{
    public const string FingerprintScheme = "sha256:";

    /// <summary>Without the fingerprint, as messages name it.</summary>
    public override string ToString() => FormattableString.Invariant($"{(Tls ? "https" : "http")}://{HostAndPort}");

    /// <summary>For the Host header.</summary>
    public string HostAndPort => FormattableString.Invariant($"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <param name="wrong">What is wrong with the text; null: nothing.</param>
    public static AgentAddress? Parse(string text, out string? wrong)
    {
        AgentAddress? address = null;
        wrong = !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 ? "is not an address"
            : uri.UserInfo.Length > 0 ? "holds a user or a password, and an agent is asked with a token alone"
            : uri.PathAndQuery != "/" ? "names a page behind the agent's address"
            : Finish(uri, out address);
        return address;
    }

    static string? Finish(Uri uri, out AgentAddress? address)
    {
        address = null;
        var tls = uri.Scheme == "https";
        var fragment = Uri.UnescapeDataString(uri.Fragment.TrimStart('#'));
        string? fingerprint = null;
        if (fragment.Length > 0)
        {
            if (!fragment.StartsWith(FingerprintScheme, StringComparison.OrdinalIgnoreCase))
                return "has something behind # that is not sha256: and a fingerprint";
            fingerprint = fragment[FingerprintScheme.Length..].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
            if (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigit))
                return "has a fingerprint that is cut or altered: it has 64 hexadecimal figures";
        }
        var host = uri.IdnHost.Trim('[', ']');
        if (!tls && !(host == "localhost" || IPAddress.TryParse(host, out var literal) && IPAddress.IsLoopback(literal)))
            return "would send the token and all else in the clear; http:// is for this machine itself alone";
        if (!tls && fingerprint is not null)
            return "names a certificate, and http:// has none";
        address = new AgentAddress(tls, host, uri.Port, fingerprint);
        return null;
    }
}
