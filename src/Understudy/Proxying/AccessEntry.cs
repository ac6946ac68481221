namespace Understudy.Proxying;

/// <summary>What the access log says of one request. App and Worker are null where the proxy answered by itself; Bytes, the body's, where the answer did not say its length beforehand.</summary>
internal readonly record struct AccessEntry(
    string? App, string? Worker, string Protocol, string Method, string Host, string Target, int Status,
    string Peer, string? RequestId, double DurationMs, double QueueMs, int Attempts, string? UserAgent, string? Referer, long? Bytes);

internal delegate void AccessSink(in AccessEntry entry);
