using Understudy.State;

namespace Understudy.Releases;

/// <summary>What scheduled commands work with.</summary>
/// <param name="Live">The apps of this host, each with its current release.</param>
/// <param name="Run">Runs a command to its end; cancelled, kills it.</param>
sealed record ScheduleParts(
    Paths Paths, Func<IReadOnlyList<HostedApp>> Live, ScheduleLedger Ledger, EventLog Events, AppSecrets Secrets,
    Func<CommandOrder, Action<string>?, CancellationToken, Task<CommandResult>> Run, TimeProvider Time);
