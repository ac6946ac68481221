namespace Understudy.Decisions.Proxying;

/// <summary>Framing that two servers in a row could read in two ways (request smuggling, RFC 9112 section 6.3).</summary>
public static class RequestShape
{
    /// <param name="lengthToo">A Content-Length came beside the Transfer-Encoding.</param>
    /// <returns>Null, or what is wrong, for the client.</returns>
    public static string? Refuse(bool http10, int transferEncodingLines, string? transferEncoding, bool lengthToo)
    {
        if (transferEncodingLines == 0) return null;
        if (lengthToo) return "The request has both Content-Length and Transfer-Encoding.";
        if (http10) return "An HTTP/1.0 request cannot have a Transfer-Encoding.";
        return transferEncodingLines == 1 && string.Equals(transferEncoding, "chunked", StringComparison.OrdinalIgnoreCase)
            ? null
            : "The only Transfer-Encoding taken is: chunked.";
    }

    /// <summary>The target as a worker expects it: an absolute-form target (RFC 9112 section 3.2.2) loses its scheme and authority, all else stays as it came.</summary>
    public static string OriginForm(string target)
    {
        if (target.Length == 0) return "/";
        if (target[0] == '/') return target;
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0) return target;
        var end = target.AsSpan(authority + 3).IndexOfAny('/', '?');
        if (end < 0) return "/";
        var rest = target[(authority + 3 + end)..];
        return rest[0] == '/' ? rest : "/" + rest;
    }
}
