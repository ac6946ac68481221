using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>What the memory guard asks of the rest of the agent.</summary>
sealed record GuardParts
{
    /// <summary>The workers of every pool, and all that may be killed in the last resort.</summary>
    public required Func<(IReadOnlyList<GuardedWorker> Workers, IReadOnlyList<KillPlace> Places)> Look { get; init; }

    /// <summary>Measures them anew; a few milliseconds per process.</summary>
    public required Action Measure { get; init; }

    /// <summary>Has a worker replaced, for a reason in words; with true before its replacement starts.</summary>
    public required Action<string, string, bool> Recycle { get; init; }

    /// <summary>Kills what is stale, and says what that was; null: nothing is.</summary>
    public Func<string?> Reap { get; init; } = static () => null;

    /// <summary>The folder of the group that limits the memory of workers at these places; null: none.</summary>
    public required Func<IReadOnlyList<KillPlace>, string?> Group { get; init; }

    /// <summary>An event: its kind, its sentence, and the worker that it is about.</summary>
    public required Action<string, string, string?> Tell { get; init; }
}

/// <summary>Where processes are that may be killed in the last resort.</summary>
/// <param name="Id">A worker's, or a stale group's.</param>
/// <param name="Cgroup">Null: it has none of its own.</param>
/// <param name="Pid">Its first process; 0: unknown.</param>
/// <param name="StartTicks">Of that process, by which it is known.</param>
sealed record KillPlace(string Id, string? Cgroup, int Pid, long StartTicks, bool Stale = false);
