using System.Globalization;

namespace Understudy.Decisions.Sampling;

/// <summary>
/// Finds the processes of ours that nobody counts, and those past their deadline, and ends them as the policy says. What the kernel shows is
/// suspected once and found at the second look, so that what was just dying is not told of.
/// </summary>
public sealed class StaleDecision
{
    /// <summary>A pool kills at the deadline itself; what is there this much later is stale.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>The end of a `run` command and that of its children are a person's matter for so long.</summary>
    public static readonly TimeSpan RunSettles = TimeSpan.FromSeconds(10);

    /// <summary>`understudy run` makes its group a moment before it enters it.</summary>
    public static readonly TimeSpan EmptyFor = TimeSpan.FromSeconds(10);

    static readonly TimeSpan KillAgain = TimeSpan.FromSeconds(1);
    static readonly TimeSpan UnkillableAfter = TimeSpan.FromSeconds(5);

    readonly StaleState _state;
    readonly StaleRules _rules;
    readonly StaleObservation _observed;
    readonly TimeSpan _now;
    readonly Dictionary<string, TimeSpan> _suspects = [];
    readonly Dictionary<string, StaleOwner> _stale = [];
    readonly Dictionary<string, TimeSpan> _empty = [];
    readonly List<StaleAction> _actions = [];
    bool _lookAgain;

    StaleDecision(StaleState state, StaleRules rules, StaleObservation observed, TimeSpan now)
    {
        _state = state;
        _rules = rules;
        _observed = observed;
        _now = now;
    }

    /// <summary>One turn.</summary>
    public static StaleTurn Turn(StaleState state, StaleRules rules, StaleObservation observed, TimeSpan now)
    {
        var turn = new StaleDecision(state, rules, observed, now);
        foreach (var group in observed.Groups)
        {
            if (group.Processes.Count > 0)
                turn.Judge(group);
            else
                turn.Empty(group);
        }
        turn.StrikeOutTheGone();
        turn.TellMoved();
        return new StaleTurn(new StaleState { Suspects = turn._suspects, Stale = turn._stale, Empty = turn._empty, Moved = observed.Moved }, turn._actions, turn._lookAgain);
    }

    /// <summary>Why an owner is stale; null where it is as it should be.</summary>
    /// <param name="counted">Somebody counts it, and only its deadline has passed.</param>
    public static string? Why(OwnedGroup group, StaleRules rules, StaleObservation observed, TimeSpan now, out bool counted)
    {
        counted = false;
        var owner = group.Owner;
        if (owner.Kind == OwnerKind.Platform || rules.Untended.Contains(owner.App))
            return null;
        if (owner.Kind == OwnerKind.Run)
            return group.Processes.Any(process => process.Key.Pid == owner.RunPid) ? null : $"was left behind by `understudy run`, whose command (pid {owner.RunPid}) has ended";
        if (observed.Current.TryGetValue(owner.Id, out var current))
        {
            counted = true;
            return current.DeadlineAt is { } deadline && now >= deadline + Margin
                ? $"was to be gone by its deadline{(current.Leaves is { } leaves ? $" ({leaves})" : "")} and is still there"
                : null;
        }
        if (observed.Records.TryGetValue(owner.Id, out var record))
            return record.Reason;
        return owner.Kind == OwnerKind.Command ? "is left of a command that runs no more"
            : rules.Apps.ContainsKey(owner.App) ? "is in no pool's ledger"
            : $"belongs to {owner.App}, which this host does not run";
    }

    void Judge(OwnedGroup group)
    {
        if (Why(group, _rules, _observed, _now, out var counted) is not { } reason)
            return;
        if (_state.Stale.TryGetValue(group.Id, out var known))
        {
            Pursue(known with { Group = group, Reason = reason, Counted = counted });
            return;
        }
        var record = counted ? null : _observed.Records.GetValueOrDefault(group.Id);
        var since = _state.Suspects.TryGetValue(group.Id, out var suspected) ? suspected : _now;
        // What was written down was found before. The deadline of what is counted is a fact, and needs no second look.
        if (record is null && !counted && (since == _now || (group.Owner.Kind == OwnerKind.Run && _now - since < RunSettles)))
        {
            _suspects[group.Id] = since;
            _lookAgain |= since == _now;
            return;
        }
        Found(group, reason, counted, record, since);
    }

    void Found(OwnedGroup group, string reason, bool counted, StaleRecord? record, TimeSpan since)
    {
        var policy = _rules.Policy(group.Owner);
        var found = new StaleOwner
        {
            Id = group.Id,
            Since = record?.Since ?? (counted ? _observed.Current[group.Id].DeadlineAt!.Value : since),
            Reason = reason,
            Policy = policy,
            Group = group,
            Release = record?.Release ?? "",
            Generation = record?.Generation ?? 0,
            Counted = counted,
        };
        if (record is null && !counted)
            _actions.Add(new StaleAction.Record(new StaleRecord(found.Id, found.Since, reason)));
        var next = policy == StalePolicy.Report ? "it is left alone (stale: report); `understudy reap` ends it"
            : counted || Patience(found) is var patience && found.Since + patience <= _now ? "it is killed"
            : string.Create(CultureInfo.InvariantCulture, $"it is asked to end, and killed in {(found.Since + patience - _now).TotalSeconds:0} s");
        Tell("stale.found", found, $"{found.Id} {reason}: {group.Said}; {next}");
        Pursue(found);
    }

    void Pursue(StaleOwner owner)
    {
        owner = owner with { Policy = _rules.Policy(owner.Group.Owner) };
        if (owner.Policy == StalePolicy.Reap)
        {
            owner = owner with { DeadlineAt = owner.Counted ? owner.Since : owner.Since + Patience(owner) };
            // What was killed in a hurry is not asked afterwards.
            owner = _now >= owner.DeadlineAt || owner.FirstKilledAt is not null ? Kill(owner) : Ask(owner);
        }
        else
        {
            owner = owner with { DeadlineAt = null };
        }
        _stale[owner.Id] = owner;
    }

    StaleOwner Ask(StaleOwner owner)
    {
        if (owner.AskedAt is not null)
            return owner;
        _actions.Add(new StaleAction.Ask(owner.Id));
        return owner with { AskedAt = _now };
    }

    StaleOwner Kill(StaleOwner owner)
    {
        if (owner.KilledAt is { } before && _now < before + KillAgain)
            return owner;
        _actions.Add(new StaleAction.Kill(owner.Id));
        if (owner.FirstKilledAt is null)
            Tell("stale.killed", owner, $"{owner.Id} {owner.Reason}: killed with all its processes ({owner.Group.Said}), {Seconds(_now - owner.Since)} after it went stale");
        else if (!owner.ToldUnkillable && _now - owner.FirstKilledAt >= UnkillableAfter)
        {
            Tell("stale.unkillable", owner, $"{owner.Id} was killed {Seconds(_now - owner.FirstKilledAt.Value)} ago and is still there: {owner.Group.Said}");
            owner = owner with { ToldUnkillable = true };
        }
        return owner with { FirstKilledAt = owner.FirstKilledAt ?? _now, KilledAt = _now };
    }

    void StrikeOutTheGone()
    {
        var living = _observed.Groups.Where(group => group.Processes.Count > 0).Select(group => group.Id).ToHashSet();
        foreach (var (id, owner) in _state.Stale)
        {
            // Its own pool tells of the end of what it counts.
            if (!_stale.ContainsKey(id) && !living.Contains(id) && !owner.Counted)
                Tell("stale.gone", owner, $"{id} is gone, {Seconds(_now - owner.Since)} after it went stale{(owner.FirstKilledAt is not null ? ", killed" : owner.AskedAt is not null ? ", as asked" : "")}");
        }
        // Counted again: its app is run again, and has adopted it.
        foreach (var (id, _) in _observed.Records.Where(one => !living.Contains(one.Key) || (!one.Value.Abandoned && _observed.Current.ContainsKey(one.Key))))
            _actions.Add(new StaleAction.Forget(id));
    }

    void Empty(OwnedGroup group)
    {
        if (group.Owner.Kind == OwnerKind.Platform || _observed.Current.ContainsKey(group.Id))
            return;
        var since = _state.Empty.TryGetValue(group.Id, out var before) ? before : _now;
        _empty[group.Id] = since;
        if (group.Owner.Kind != OwnerKind.Run || _now - since >= EmptyFor)
            _actions.Add(new StaleAction.Remove(group.Id));
    }

    void TellMoved()
    {
        var known = _state.Moved.Select(moved => moved.Process.Key).ToHashSet();
        foreach (var moved in _observed.Moved.Where(moved => !known.Contains(moved.Process.Key)))
            _actions.Add(new StaleAction.Tell("process.moved", moved.Id,
                $"{moved.Process} of {moved.Id} has left its cgroup for {moved.Place}: it does not end with its worker. Once that is gone, `understudy reap {moved.Process.Key.Pid}` ends it"));
    }

    TimeSpan Patience(StaleOwner owner) => _rules.Patience(owner.Group.Owner, _observed.Records.TryGetValue(owner.Id, out var record) && record.Abandoned);

    void Tell(string kind, StaleOwner owner, string message) => _actions.Add(new StaleAction.Tell(kind, owner.Id, message));

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
