namespace Understudy.Releases;

/// <summary>An artifact that is not what it was when it was packed; the message says which and what to do.</summary>
sealed class ArtifactDamaged(string message) : IOException(message);
