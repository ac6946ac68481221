namespace Understudy.Config.Init;

/// <summary>A process type that `init` found.</summary>
/// <param name="Why">Why the line is there.</param>
/// <param name="Concurrency">With its reason; null where the default fits.</param>
sealed record FoundProcess(string Name, string Command, string Why, (int Requests, string Why)? Concurrency = null);
