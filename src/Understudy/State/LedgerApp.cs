namespace Understudy.State;

/// <summary>A deployed app as written down.</summary>
/// <param name="Current">The release that serves; null before the first one does.</param>
/// <param name="Target">The release that its pools are told to run; other than the current one only while a rollout goes on.</param>
/// <param name="MaintenanceSince">Null: it is not in maintenance.</param>
/// <param name="MaintenanceRetry">Seconds, for Retry-After.</param>
sealed record LedgerApp(string App, string? Current, string? Target, DateTimeOffset? MaintenanceSince = null, int MaintenanceRetry = 60);
