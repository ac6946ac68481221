namespace Understudy.Bench.Loads;

/// <summary>One request of a <see cref="PageLoad"/>.</summary>
/// <param name="DueAt">When it was due, as Stopwatch has it. Its time counts from then.</param>
/// <param name="Failure">Null: answered well.</param>
/// <param name="Missing">An asset that a page named was not found.</param>
readonly record struct Asked(long DueAt, TimeSpan Took, string? Failure, bool Missing);
