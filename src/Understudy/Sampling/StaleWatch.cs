using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Sampling;

/// <summary>
/// Looks each second for processes of ours that nobody counts, and ends them as the policy says. The kernel is asked first and the ledgers
/// then: whoever starts a process writes it down before, so that a newborn is never taken for an orphan.
/// </summary>
sealed class StaleWatch(IOwnership ownership, StaleScan scan, StaleLedger ledger, ReapedNotes reaped, EventLog events, StaleParts parts)
{
    static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>Between a suspicion and the look that finds or drops it.</summary>
    static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    readonly Lock _gate = new();
    StaleState _state = new();
    volatile IReadOnlyList<StaleOwner> _found = [];
    volatile IReadOnlyList<MovedProcess> _moved = [];
    volatile IReadOnlyList<int> _seen = [];

    /// <summary>What is stale now, the oldest first.</summary>
    public IReadOnlyList<StaleOwner> Found => _found;

    /// <summary>Every process of ours, as of the last look.</summary>
    public IReadOnlyList<int> Seen => _seen;

    /// <summary>What has left its group.</summary>
    public IReadOnlyList<MovedProcess> Moved => _moved;

    public Rounds Rounds { get; } = new("the look for stale processes", events, Least);

    public Task Run(CancellationToken cancellation) => Rounds.Run(Least, () =>
    {
        var before = ThreadClock.Used;
        return Turn() ? Again : ScanPeriod.After(ThreadClock.Used - before, Least);
    }, cancellation);

    /// <summary>One look, and what follows from it. True: look again soon.</summary>
    public bool Turn() => Turn(parts.Rules());

    /// <summary>Memory runs out: kills all that is stale and may be killed, its deadline or not. Says what that was; null: nothing.</summary>
    public string? Reap()
    {
        lock (_gate)
        {
            if (!_state.Stale.Values.Any(owner => owner is { Policy: StalePolicy.Reap, FirstKilledAt: null }))
                return null;
            var before = _state.Stale.Values.Where(owner => owner.FirstKilledAt is not null).Select(owner => owner.Id).ToHashSet();
            Turn(parts.Rules() with { Hurried = true });
            var killed = _state.Stale.Values.Where(owner => owner.FirstKilledAt is not null && !before.Contains(owner.Id)).ToList();
            return killed.Count == 0 ? null : "killed what is stale: " + string.Join("; ", killed.Select(owner => $"{owner.Id} ({owner.Group.Said})"));
        }
    }

    /// <summary>All ends: what is stale too, whatever the policy. What a person has left running stays.</summary>
    public void End()
    {
        var rules = parts.Rules();
        rules = rules with { Hurried = true, Host = StalePolicy.Reap, Apps = rules.Apps.ToDictionary(app => app.Key, _ => (StalePolicy?)null) };
        // What is suspected at the first look is found at the second.
        Turn(rules);
        Turn(rules);
    }

    /// <summary>Where the memory guard finds what it may kill by itself.</summary>
    public IReadOnlyList<KillPlace> Places =>
    [
        .. _found.Where(owner => owner is { Policy: StalePolicy.Reap, Counted: false, Group.Processes.Count: > 0 })
            .Select(owner => new KillPlace(owner.Id, ownership.CgroupOf(owner.Id), owner.Group.Processes[0].Key.Pid, owner.Group.Processes[0].Key.StartTicks, Stale: true)),
    ];

    bool Turn(StaleRules rules)
    {
        lock (_gate)
        {
            var look = scan.Look();
            _seen = [.. look.Values.SelectMany(pids => pids)];
            var current = parts.Current();
            var now = BootClock.Now;
            var groups = scan.Describe(look, id => current.TryGetValue(id, out var owner) && (owner.DeadlineAt is not { } deadline || now < deadline));
            var turn = StaleDecision.Turn(_state, rules, new StaleObservation(groups, scan.Moved(look, now, parts.Calm()), current, ledger.Records), now);
            _state = turn.State;
            _found = [.. _state.Stale.Values.OrderBy(owner => owner.Since)];
            _moved = _state.Moved;
            foreach (var action in turn.Actions)
                Perform(action);
            foreach (var note in reaped.Take())
                Tell("stale.reaped", note.Id, note.Message);
            return turn.LookAgain;
        }
    }

    void Perform(StaleAction action)
    {
        switch (action)
        {
            case StaleAction.Ask ask:
                ownership.Signal(ask.Id, Leader(ask.Id), Signal.Term);
                break;
            case StaleAction.Kill kill:
                Kill(kill.Id);
                break;
            case StaleAction.Remove remove:
                parts.Unless(remove.Id, () => parts.Release(remove.Id));
                break;
            case StaleAction.Record record:
                ledger.Write(record.Stale);
                break;
            case StaleAction.Forget forget:
                ledger.Forget(forget.Id);
                break;
            case StaleAction.Tell tell:
                Tell(tell.Kind, tell.Id, tell.Message);
                break;
        }
    }

    void Tell(string kind, string id, string message)
    {
        if (new Owner(id) is { Kind: OwnerKind.Worker })
            events.Add(kind, message, workerId: id);
        else
            events.Add(kind, message, new Owner(id).App);
    }

    /// <summary>Since the look a command's name may be in use again, and a worker may have been adopted by a pool that was added.</summary>
    void Kill(string id)
    {
        if (new Owner(id).Kind == OwnerKind.Command)
            parts.Unless(id, () => ownership.Kill(id, Leader(id)));
        else if (_state.Stale[id].Counted || !parts.Current().ContainsKey(id))
            ownership.Kill(id, Leader(id));
    }

    int Leader(string id) => _state.Stale.TryGetValue(id, out var owner) && owner.Group.Processes.Count > 0 ? owner.Group.Processes[0].Key.Pid : 0;
}
