using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Workers;

/// <summary>What every pool of a host works with.</summary>
sealed record PoolParts(Paths Paths, IOwnership Ownership, ProcessExits Exits, Ports Ports, Ledger Ledger, EventLog Events, RoutePublisher Routes, AppSecrets Secrets)
{
    /// <summary>Makes a deployed release's folder anew where somebody has deleted it. Null: there is nothing to make it from.</summary>
    public Func<HostedApp, CancellationToken, Task>? Restore { get; init; }

    /// <summary>What a worker suffers from as the kernel says, as a sentence; null: nothing.</summary>
    public Func<string, string?> AilmentOf { get; init; } = _ => null;

    /// <summary>The kernel's limits on workers' memory. Null: none are set.</summary>
    public WorkerLimits? Limits { get; init; }

    /// <summary>Where a worker that its pool lets go past its deadline is written down.</summary>
    public required StaleLedger Stale { get; init; }

    /// <summary>What becomes of stale workers of an app that does not say.</summary>
    public StalePolicy StalePolicy { get; init; }

    /// <summary>How far the memory guard goes now.</summary>
    public Func<GuardStep> Guard { get; init; } = static () => GuardStep.Calm;

    /// <summary>Removes what was made for a worker. False while a process of it is left.</summary>
    public bool Release(string id) => Ownership.Release(id) && Limits?.Release(id) != false;
}
