using Understudy.Decisions.Releases;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Releases;

/// <summary>Performs one rollout: looks at the pools and the proxy, asks the decision, tells the pools.</summary>
sealed class Rollout(DeployParts parts, RolloutPlan plan, RolloutState state, HostedApp next, HostedApp? previous, DeployProgress progress, bool comparing)
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    const int LogLines = 15;
    const int LongestLine = 200;

    readonly string _app = next.Config.App;
    readonly ReleaseTally _tally = new(next.Config.App, next.Release, parts.Before());
    string _said = "";
    long _eventsTold = parts.Events.Newest;
    volatile string? _cancelledBy;

    /// <summary>Rolls it back, unless it is over.</summary>
    public void Cancel(string by) => _cancelledBy = by;

    /// <summary>Where it is; after a trouble on our side it is gone on with from here.</summary>
    public RolloutState State { get; private set; } = state;

    /// <param name="entered">Called at each change of phase, before anything of it is done.</param>
    /// <exception cref="OperationCanceledException">The agent ends; the next one goes on.</exception>
    public async Task Run(Action<RolloutState> entered, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery);
        entered(State);
        TellAgain();
        while (!State.IsOver)
        {
            var turn = RolloutDecision.Turn(State, plan, Observe(), BootClock.Now);
            if (turn.State.Phase != State.Phase)
            {
                turn = turn with { State = WithItsLog(turn.State) };
                entered(turn.State);
            }
            State = turn.State;
            foreach (var action in turn.Actions)
                Perform(action);
            Tell(turn.Sentence);
            if (!State.IsOver)
                await timer.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>An exit code alone helps nobody: what the failed worker wrote last is told, and its very last line is part of the reason.</summary>
    RolloutState WithItsLog(RolloutState entering)
    {
        if (entering.Phase != RolloutPhase.RollingBack || entering.FailedWorker is not { } worker)
            return entering;
        var lines = SecretText.Hide(LogTail.Last(parts.Paths.WorkerLog(worker), LogLines), parts.Secrets(_app)).Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).ToList();
        if (lines.Count == 0)
            return entering with { Reason = $"{entering.Reason}; it wrote nothing to its log" };
        progress.Tell("log", NameOf(State.Phase), $"the end of the log of {worker}:");
        foreach (var line in lines)
            progress.Tell("log", NameOf(State.Phase), "  " + line);
        var last = lines[^1].Trim();
        return entering with { Reason = $"{entering.Reason}; its log ends with: {(last.Length <= LongestLine ? last : last[..LongestLine] + "...")}" };
    }

    /// <summary>An agent, or a try, before this one may have died between deciding and telling the pools. To be told twice changes nothing.</summary>
    void TellAgain()
    {
        foreach (var pool in State.Begun)
            Perform(State.Phase == RolloutPhase.RollingBack ? new RolloutAction.Back(pool) : new RolloutAction.Begin(pool, State.Phase == RolloutPhase.Canary && !plan.First));
        if (State.OthersEnd)
            Perform(new RolloutAction.EndOthers());
    }

    /// <summary>Pools that the new release does not have.</summary>
    IEnumerable<Pool> Others => parts.Pools.Of(_app).Where(pool => next.Config.Processes.All(process => process.Name != pool.Name));

    RolloutObservation Observe()
    {
        var pools = parts.Pools.Of(_app);
        if (parts.Proxy() is { } report)
            _tally.Take(report, pools.SelectMany(pool => pool.Releases).ToDictionary(worker => worker.Id, worker => worker.Release), BootClock.Now);
        var worse = !comparing || previous is null || State.Phase == RolloutPhase.RollingBack ? null : ReleaseWatch.Judge(_tally.Old, _tally.New);
        return new RolloutObservation([.. pools.Where(pool => State.Begun.Contains(pool.Name)).Select(pool => pool.Look())], _tally.New.Requests, worse, _cancelledBy, Others.Count());
    }

    void Perform(RolloutAction action)
    {
        switch (action)
        {
            case RolloutAction.Begin begin:
                parts.Pools.Roll(next, begin.Pool, begin.Hold);
                break;
            case RolloutAction.Proceed proceed:
                parts.Pools.Find(_app, proceed.Pool)?.Proceed();
                break;
            case RolloutAction.EndOthers:
                foreach (var pool in Others)
                    _ = parts.Pools.End(pool);
                break;
            case RolloutAction.Back back:
                parts.Pools.RollBack(previous, _app, back.Pool, plan.First);
                break;
        }
    }

    /// <summary>What the workers do, as the event log has it, and what the rollout waits for.</summary>
    void Tell(string sentence)
    {
        var phase = NameOf(State.Phase);
        if (parts.Events.Newest > _eventsTold)
        {
            foreach (var one in parts.Events.After(_eventsTold, 1000))
            {
                _eventsTold = one.Id;
                if (one.App == _app && one.Pool is not null)
                    progress.Tell("turn", phase, one.Message);
            }
        }
        if (sentence == _said || sentence.Length == 0)
            return;
        _said = sentence;
        progress.Tell("note", phase, sentence);
    }

    public static string NameOf(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Canary or RolloutPhase.Rolling => DeployPhase.Roll,
        RolloutPhase.Watching or RolloutPhase.Done => DeployPhase.Watch,
        _ => DeployPhase.Rollback,
    };
}
