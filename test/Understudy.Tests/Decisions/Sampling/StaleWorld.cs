using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

/// <summary>Processes made of nothing: a kernel, ledgers, and an agent that looks at the one and then at the others.</summary>
sealed class StaleWorld
{
    readonly Dictionary<string, List<OwnedProcess>> _groups = [];
    int _nextPid = 100;
    long _ticks = 1000;

    public StaleState State { get; set; } = new();

    public StaleRules Rules { get; set; } = new() { Apps = new Dictionary<string, StalePolicy?> { ["shop"] = null }, StopWithin = new Dictionary<string, TimeSpan> { ["shop.web"] = TimeSpan.FromSeconds(10) } };

    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

    public Dictionary<string, CurrentOwner> Current { get; } = [];

    public Dictionary<string, StaleRecord> Records { get; } = [];

    public List<MovedProcess> Moved { get; } = [];

    /// <summary>What becomes of processes that are asked to end.</summary>
    public Func<string, bool> ObeysTerm { get; set; } = _ => true;

    /// <summary>Owners whose processes wait in the kernel and cannot be killed.</summary>
    public HashSet<string> Unkillable { get; } = [];

    public List<StaleAction> Acted { get; } = [];

    public IReadOnlyDictionary<string, List<OwnedProcess>> Groups => _groups;

    public IEnumerable<string> Told => Acted.OfType<StaleAction.Tell>().Select(tell => tell.Kind);

    public string Said => Acted.OfType<StaleAction.Tell>().Last().Message;

    public IEnumerable<string> Killed => Acted.OfType<StaleAction.Kill>().Select(kill => kill.Id).Distinct();

    public IEnumerable<string> Asked => Acted.OfType<StaleAction.Ask>().Select(ask => ask.Id);

    public IReadOnlyCollection<string> Stale => [.. State.Stale.Keys.Order(StringComparer.Ordinal)];

    public StaleWorld Runs(string id, int processes = 1, int firstPid = 0, char state = 'S')
    {
        if (!_groups.TryGetValue(id, out var group))
            _groups[id] = group = [];
        for (var i = 0; i < processes; i++)
            group.Add(new OwnedProcess(new ProcessKey(firstPid != 0 && i == 0 ? firstPid : _nextPid++, _ticks++), 1, "ruby", state));
        return this;
    }

    public StaleWorld Counted(string id, TimeSpan? deadline = null, string? leaves = null)
    {
        Current[id] = new CurrentOwner(deadline, leaves);
        return this;
    }

    public void Ends(string id) => _groups[id].Clear();

    public IReadOnlyList<OwnedGroup> Kernel() => [.. _groups.Select(group => new OwnedGroup(group.Key, [.. group.Value]))];

    public bool Lives(string id) => _groups.TryGetValue(id, out var group) && group.Count > 0;

    /// <summary>One look: the kernel, what happens meanwhile, the ledgers, the decision, and its acts.</summary>
    public StaleTurn Turn(Action? meanwhile = null)
    {
        var kernel = Kernel();
        meanwhile?.Invoke();
        var turn = StaleDecision.Turn(State, Rules, new StaleObservation(kernel, [.. Moved], new Dictionary<string, CurrentOwner>(Current), new Dictionary<string, StaleRecord>(Records)), Now);
        State = turn.State;
        foreach (var action in turn.Actions)
            Perform(action);
        return turn;
    }

    /// <summary>Turns each second, and soon where it is asked for.</summary>
    public void Pass(TimeSpan time)
    {
        for (var end = Now + time; Now < end;)
            Now += Turn().LookAgain ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
        Turn();
    }

    void Perform(StaleAction action)
    {
        Acted.Add(action);
        switch (action)
        {
            case StaleAction.Ask ask when ObeysTerm(ask.Id):
                Ends(ask.Id);
                break;
            // The claim is looked at once more at this moment, as the agent does.
            case StaleAction.Kill kill when !Unkillable.Contains(kill.Id) && (!Current.ContainsKey(kill.Id) || State.Stale[kill.Id].Counted):
                Ends(kill.Id);
                break;
            case StaleAction.Remove remove when !Lives(remove.Id):
                _groups.Remove(remove.Id);
                break;
            case StaleAction.Record record:
                Records[record.Stale.Id] = record.Stale;
                break;
            case StaleAction.Forget forget:
                Records.Remove(forget.Id);
                break;
        }
    }
}
