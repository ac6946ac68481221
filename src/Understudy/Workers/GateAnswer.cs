namespace Understudy.Workers;

/// <param name="ReadyPath">The path by which it showed itself ready; null where it did so by READY=1, or did not.</param>
/// <param name="Lacks">What it has not shown yet.</param>
readonly record struct GateAnswer(bool Passed, string? ReadyPath, string? Lacks);
