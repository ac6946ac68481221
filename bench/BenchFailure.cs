namespace Understudy.Bench;

/// <summary>Something could not be measured. Says what, and where to look.</summary>
sealed class BenchFailure(string message) : Exception(message);
