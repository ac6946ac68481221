using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>What may be ended by hand, and why; with the agent dead or silent too. In doubt nothing is.</summary>
public static class ReapDecision
{
    /// <summary>Of everything that has a process.</summary>
    public static IReadOnlyList<ReapVerdict> Judge(ReapSight sight, TimeSpan now) =>
        [.. sight.Groups.Where(group => group.Processes.Count > 0).Select(group => Judge(group, sight, now)), .. sight.Moved.Select(moved => Judge(moved, sight, now))];

    static ReapVerdict Judge(OwnedGroup group, ReapSight sight, TimeSpan now)
    {
        var (ruling, sentence, since) = group.Processes.Any(process => process.Key.Pid == sight.Self)
            ? Kept("holds this very command: call it from elsewhere")
            : Judge(group.Owner, group, sight, now) ?? (sight.AgentAnswers ? Doubtful("is not stale to the agent, which looks each second: ask again") : Orphan(group.Owner));
        return new ReapVerdict(group, ruling, sentence, since);
    }

    /// <summary>It may be ended once its owner is gone.</summary>
    static ReapVerdict Judge(MovedProcess moved, ReapSight sight, TimeSpan now)
    {
        var group = new OwnedGroup(moved.Id, [moved.Process]);
        var whole = sight.Groups.FirstOrDefault(one => one.Id == moved.Id) ?? new OwnedGroup(moved.Id, []);
        var (ruling, sentence, since) = moved.Process.Key.Pid == sight.Self ? Kept("is this very command")
            : Judge(group.Owner, whole, sight, now) ?? (ReapRuling.Stale, "its owner is gone", null);
        return new ReapVerdict(group, ruling, ruling == ReapRuling.Stale ? $"has left its cgroup for {moved.Place}, and nobody counts it" : $"has left its cgroup for {moved.Place}, and its owner {sentence}", since, Moved: true);
    }

    /// <summary>Null: nobody says anything of it.</summary>
    static (ReapRuling, string, TimeSpan?)? Judge(Owner owner, OwnedGroup group, ReapSight sight, TimeSpan now)
    {
        if (owner.Kind == OwnerKind.Platform)
            return Kept("carries the requests: `understudy restart proxy` replaces it");
        if (sight.Routed.Contains(owner.Id))
            return Kept("is where the proxy sends requests");
        if (owner.Kind == OwnerKind.Run)
            return group.Processes.Any(process => process.Key.Pid == owner.RunPid)
                ? Kept($"is a command that a person runs (pid {owner.RunPid})")
                : (ReapRuling.Stale, $"was left behind by `understudy run`, whose command (pid {owner.RunPid}) has ended", null);
        if (sight.Unread is { } unread)
            return Doubtful($"may be somebody's: the agent does not answer, and {unread}");
        // It may be in the ledger still, of a pool that no agent runs any more.
        if (sight.Stale.TryGetValue(owner.Id, out var written))
            return (ReapRuling.Stale, written.Reason, written.Since);
        if (sight.Current.TryGetValue(owner.Id, out var current))
            return Counted(owner, current, sight.AgentAnswers, now);
        if (sight.AgentAnswers)
            return null;
        return owner.Kind == OwnerKind.Worker ? Unwritten(owner, sight)
            : sight.SilentAgent is { } agent ? Doubtful($"may run for the agent (pid {agent}), which lives and does not answer: end that first, its supervisor starts another")
            : null;
    }

    static (ReapRuling, string, TimeSpan?) Counted(Owner owner, CurrentOwner current, bool answered, TimeSpan now)
    {
        if (current.DeadlineAt is not { } deadline)
            return Kept(owner.Kind == OwnerKind.Worker ? "is in its pool's set" : "runs for the agent");
        var leaves = current.Leaves is { } why ? $" ({why})" : "";
        return now < deadline + StaleDecision.Margin ? Kept($"is on its way out{leaves}, and killed in {Seconds(deadline - now)} at the latest")
            : answered ? Kept($"was to be gone by now{leaves}, and is being killed")
            : (ReapRuling.Stale, $"was to be gone by its deadline{leaves} and is still there", deadline);
    }

    /// <summary>A pool writes its next number down together with its workers: a number below that was let go, one above says that the ledger is behind.</summary>
    static (ReapRuling, string, TimeSpan?)? Unwritten(Owner owner, ReapSight sight)
    {
        if (!sight.NextNumbers.TryGetValue($"{owner.App}.{owner.Pool}", out var next))
            return Doubtful($"is of a pool that nothing is written down of: the state was lost, or another one's was read. An agent that is started finds it");
        return int.TryParse(owner.Id.AsSpan(owner.Id.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < next
            ? null
            : Doubtful("is newer than what is written down (a full disk?): an agent that is started finds it");
    }

    static (ReapRuling, string, TimeSpan?) Orphan(Owner owner) =>
        (ReapRuling.Stale, owner.Kind == OwnerKind.Worker ? "is in no pool's ledger" : "was run by an agent that has ended", null);

    static (ReapRuling, string, TimeSpan?) Kept(string sentence) => (ReapRuling.Kept, sentence, null);

    static (ReapRuling, string, TimeSpan?) Doubtful(string sentence) => (ReapRuling.Doubtful, sentence, null);

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0} s");
}
