namespace Understudy.Releases;

/// <summary>How a command ended, once none of its processes is left.</summary>
/// <param name="Good">It ended by itself, with exit code 0.</param>
/// <param name="ExitCode">128 and the signal where one ended it. Null: it was killed, cancelled or not started.</param>
/// <param name="How">A sentence part: "exit code 1", "killed after 30 m: its deadline (deploy.build_within)", "cancelled".</param>
sealed record CommandResult(bool Good, int? ExitCode, string How, TimeSpan Took);
