using Understudy.Decisions.Sampling;

namespace Understudy.Sampling;

/// <summary>What the watch for stale processes asks of the rest of the agent.</summary>
sealed record StaleParts
{
    /// <summary>All that the pools and the agent count now, by id. Waits for whoever is just starting something.</summary>
    public required Func<IReadOnlyDictionary<string, CurrentOwner>> Current { get; init; }

    public required Func<StaleRules> Rules { get; init; }

    /// <summary>There is memory enough, as far as is known.</summary>
    public Func<bool> Calm { get; init; } = static () => true;

    /// <summary>Does something to a command's group, unless a command of its name runs. False: one does.</summary>
    public required Func<string, Action, bool> Unless { get; init; }

    /// <summary>Removes what was made for an owner of which nothing is left.</summary>
    public required Action<string> Release { get; init; }
}
