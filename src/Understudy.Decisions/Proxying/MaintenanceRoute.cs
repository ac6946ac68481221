namespace Understudy.Decisions.Proxying;

/// <summary>While an app has this, each of its requests answers 503.</summary>
/// <param name="RetryAfterSeconds">What the Retry-After header says.</param>
/// <param name="PagePath">The page's file, absolute; null, or a file that cannot be read or is no plain file of at most 256 KiB: the proxy's own page.</param>
public sealed record MaintenanceRoute(int RetryAfterSeconds, string? PagePath);
