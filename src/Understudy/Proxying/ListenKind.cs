namespace Understudy.Proxying;

/// <summary>Who is listened for, and how they speak.</summary>
internal enum ListenKind
{
    Http,
    Https,

    /// <summary>Other hosts' proxies: HTTP/2 over mutual TLS.</summary>
    Hop,
}
