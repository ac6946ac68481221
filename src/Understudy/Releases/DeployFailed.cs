namespace Understudy.Releases;

/// <summary>A phase of a deploy did not end well; the message says what, and what next.</summary>
sealed class DeployFailed(string message) : Exception(message);
