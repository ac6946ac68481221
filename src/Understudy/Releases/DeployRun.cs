using System.Globalization;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Releases;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Releases;

/// <summary>One deploy or rollback from its first phase to its end. Each phase is written down before it begins.</summary>
sealed class DeployRun(DeployParts parts, LedgerDeploy deploy, ReleaseSource? source) : IDisposable
{
    const int TriesAfterSwitch = 10;
    static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _cancel = new();
    LedgerDeploy _deploy = deploy;
    Rollout? _rollout;
    long _phaseBegan;
    string? _cancelledBy;

    public LedgerDeploy Deploy => _deploy;

    public DeployProgress Progress { get; } = new(parts.Time);

    public string Holder => string.Create(CultureInfo.InvariantCulture,
        $"{_deploy.Kind} {_deploy.Id} of {_deploy.App} by {_deploy.Owner}{(_deploy.Reason is { } reason ? $" ({reason})" : "")} goes on for {(parts.Time.GetUtcNow() - _deploy.StartedAt).TotalSeconds:0} s, in its phase {_deploy.Phase}");

    /// <summary>Stops it: what has not switched is undone, what has is rolled back.</summary>
    public void Cancel(string by)
    {
        _cancelledBy = by;
        _rollout?.Cancel(by);
        if (_rollout is null)
            _cancel.Cancel();
    }

    /// <summary>From the first phase, or for one that an agent's end has cut off from where it was.</summary>
    /// <param name="resume">It has switched already, and its rollout is gone on with.</param>
    public async Task Run(bool resume, CancellationToken stop)
    {
        _phaseBegan = parts.Time.GetTimestamp();
        parts.Events.Add($"{_deploy.Kind}.started", $"{_deploy.Kind} of {_deploy.Release} {(resume ? "goes on after the agent's restart" : $"was begun by {_deploy.Owner}")}{(_deploy.Reason is { } reason ? $": {reason}" : "")}", _deploy.App);
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _cancel.Token);
            var next = resume || source is null ? await parts.Store.Load(_deploy.App, _deploy.Release, both.Token) : await Build(source, both.Token);
            await RollToItsEnd(next, resume, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Left as it is written down: the next agent undoes it or goes on.
        }
        catch (OperationCanceledException)
        {
            TryUndo("cancelled", $"cancelled by {_cancelledBy}");
        }
        catch (Exception failure)
        {
            var known = failure is DeployFailed or OperationRefused or IOException or UnauthorizedAccessException;
            TryUndo("failed", known ? failure.Message : $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    /// <summary>As <see cref="Undo"/>, for what goes wrong where nobody may be thrown at. What has switched is never undone so: workers may serve from it.</summary>
    public void TryUndo(string outcome, string why)
    {
        if (DeployPhase.HasSwitched(_deploy.Phase))
        {
            End(outcome, why);
            return;
        }
        try
        {
            Undo(outcome, why);
        }
        catch (Exception refused) when (refused is SqliteException or IOException or UnauthorizedAccessException)
        {
            End(outcome, $"{why} (what is half-made cannot be removed yet: {refused.Message})");
        }
    }

    /// <summary>Takes back what was done before the switch: nobody has been served by it.</summary>
    void Undo(string outcome, string why)
    {
        if (_deploy.Kind == "deploy")
        {
            parts.Store.RemoveHalfMade(_deploy.App, _deploy.Release);
            if (parts.Ledger.Release(_deploy.App, _deploy.Release) is { } release)
                parts.Ledger.Write(release with { State = ReleaseState.Failed, Reason = why, Artifact = null, Bytes = 0 });
            parts.Store.RemoveUnnamedArtifacts(_deploy.App);
            source?.PruneOthers(parts.Time.GetUtcNow());
            if (parts.Ledger.App(_deploy.App) is { Current: null } never && parts.Pools.Of(_deploy.App).Count == 0)
            {
                parts.Ledger.Forget(never.App);
                parts.Pools.Forget(never.App);
            }
        }
        End(outcome, _deploy.Previous is { } previous ? $"{why}. The release {previous} serves on, untouched" : why);
    }

    public void Dispose() => _cancel.Dispose();

    async Task<HostedApp> Build(ReleaseSource from, CancellationToken cancellation)
    {
        var build = new ReleaseBuild(parts, _deploy, from, Progress, cancellation);
        Begin(DeployPhase.Prepare);
        var app = await Task.Run(build.Prepare, cancellation);
        if (app.Config.Packages.Count > 0)
        {
            Begin(DeployPhase.Packages);
            await build.InstallPackages(app);
        }
        if (app.Config.Build.Count > 0)
        {
            Begin(DeployPhase.Build);
            await build.Build(app);
        }
        Begin(DeployPhase.Pack);
        await Task.Run(build.Pack, cancellation);
        Begin(DeployPhase.Unpack);
        app = await Task.Run(build.Unpack, cancellation);
        if (app.Config.Release is not null)
        {
            Begin(DeployPhase.Release);
            await build.RunReleaseCommand(app);
        }
        parts.Ledger.Write(parts.Ledger.Release(_deploy.App, _deploy.Release)! with { State = ReleaseState.Built });
        return app;
    }

    /// <summary>After the switch there is no way back but through the pools: what goes wrong on our side (a full disk) is tried again.</summary>
    async Task RollToItsEnd(HostedApp next, bool resume, CancellationToken stop)
    {
        var previous = await Previous(stop);
        var plan = Plan(next, previous);
        _rollout = new Rollout(parts, plan, resume ? Resumed(plan) : new RolloutState { Since = BootClock.Now }, next, previous, Progress, comparing: _deploy.Kind == "deploy");
        if (_cancelledBy is { } by)
            _rollout.Cancel(by);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await _rollout.Run(entered => Entered(entered, next, previous), stop);
                if (_rollout.State.Phase == RolloutPhase.Done)
                    Serve(next);
                else
                    WentBack(previous, _rollout.State);
                return;
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException && DeployPhase.HasSwitched(_deploy.Phase))
            {
                parts.Events.Trouble($"the {_deploy.Kind} of {_deploy.Release}", trouble, _deploy.App);
                if (tries == TriesAfterSwitch)
                {
                    End("failed", $"its pools were told to run it, and its end cannot be reached: {trouble.Message}. See `understudy status`, mend that, and deploy again or roll back");
                    return;
                }
                Progress.Tell("note", _deploy.Phase, $"tried again: {trouble.Message}");
                await Task.Delay(AgainAfter, stop);
            }
        }
    }

    /// <summary>As it is on disk; else as its pools run it now. Null where there is none, or none that can be read: a new one must be possible all the same.</summary>
    async Task<HostedApp?> Previous(CancellationToken stop)
    {
        if (_deploy.Previous is not { } before)
            return null;
        try
        {
            return await parts.Store.Load(_deploy.App, before, stop);
        }
        catch (OperationRefused unreadable)
        {
            if (parts.Pools.Apps.FirstOrDefault(one => one.Config.App == _deploy.App && one.Release == before) is { } running)
                return running;
            Progress.Tell("note", _deploy.Phase, $"there is no way back to {before}: {unreadable.Message}");
            return null;
        }
    }

    RolloutPlan Plan(HostedApp next, HostedApp? previous)
    {
        // Back to what served before: what it is compared with is what somebody wants to leave.
        var watch = _deploy.Kind == "deploy" && previous is not null ? next.Config.Deploy.Watch : TimeSpan.Zero;
        return new RolloutPlan([.. next.Config.Processes.OrderByDescending(process => process.TakesRequests).Select(process => process.Name)], watch, _deploy.Previous is null);
    }

    RolloutState Resumed(RolloutPlan plan) => new()
    {
        Since = BootClock.Now,
        Begun = plan.Pools,
        Phase = _deploy.Phase == DeployPhase.Rollback ? RolloutPhase.RollingBack : RolloutPhase.Rolling,
        Reason = parts.Ledger.Release(_deploy.App, _deploy.Release)?.Reason ?? "the agent ended while it was rolled back",
    };

    /// <summary>Written down before a worker starts or leaves, and all at once: the next agent's pools must be told the same.</summary>
    void Entered(RolloutState state, HostedApp next, HostedApp? previous)
    {
        var name = Rollout.NameOf(state.Phase);
        if (state.IsOver)
            return;
        var target = state.Phase == RolloutPhase.RollingBack ? previous : next;
        parts.Ledger.Together(() =>
        {
            parts.Ledger.WriteTarget(_deploy.App, target?.Release);
            if (state.Phase == RolloutPhase.RollingBack && parts.Ledger.Release(_deploy.App, _deploy.Release) is { } bad)
                parts.Ledger.Write(bad with { Reason = state.Reason });
            if (name != _deploy.Phase)
                parts.Ledger.Write(Entering(name));
        });
        if (name != _deploy.Phase)
        {
            EndPhase();
            _deploy = _deploy with { Phase = name };
            Progress.Tell("phase", name, name);
            if (state.Phase == RolloutPhase.RollingBack)
                parts.Events.Add($"{_deploy.Kind}.rolling-back", $"{_deploy.Release} is rolled back: {state.Reason}", _deploy.App);
        }
        if (target is not null)
            parts.Pools.Show(target);
        parts.Present(_deploy.App);
    }

    void Serve(HostedApp next)
    {
        var folders = parts.Store.Folders(_deploy.App);
        var now = parts.Time.GetUtcNow();
        var release = parts.Ledger.Release(_deploy.App, next.Release)!;
        parts.Ledger.Together(() =>
        {
            if (_deploy.Previous is { } left && left != next.Release && parts.Ledger.Release(_deploy.App, left) is { } before)
                parts.Ledger.Write(before with { LeftAt = now });
            parts.Ledger.WriteCurrent(_deploy.App, next.Release);
            parts.Ledger.Write(release with { LeftAt = null, State = ReleaseState.Built, Reason = null });
        });
        folders.SetCurrent(next.Release);
        CleanUp(() => folders.Note(_deploy.Kind == "deploy"
            ? $"Branch {release.Ref ?? "none"} (at {release.Commit ?? "no commit"}) deployed as release {next.Release} by {_deploy.Owner}"
            : $"{_deploy.Owner} rolled back to release {next.Release}"));
        CleanUp(() => source?.PruneOthers(now));
        CleanUp(() => Prune(next));
        End("done", $"{next.Release} serves");
    }

    void Prune(HostedApp next)
    {
        var inUse = parts.Pools.Of(_deploy.App).SelectMany(pool => pool.Releases).Select(worker => worker.Release).Append(next.Release).ToHashSet();
        foreach (var removed in parts.Store.Prune(_deploy.App, next.Config.Deploy.Keep, inUse))
            parts.Events.Add("release.pruned", $"{removed} was removed: {next.Config.Deploy.Keep} are kept (deploy.keep)", _deploy.App);
    }

    /// <summary>The release serves whether or not this can be done; the next deploy tries again.</summary>
    void CleanUp(Action what)
    {
        try
        {
            what();
        }
        catch (Exception refused) when (refused is SqliteException or IOException or UnauthorizedAccessException or OperationRefused)
        {
            parts.Events.Trouble($"cleaning up after the {_deploy.Kind} of {_deploy.Release}", refused, _deploy.App);
        }
    }

    void WentBack(HostedApp? previous, RolloutState state)
    {
        var why = state.Reason ?? "cancelled";
        if (previous is null)
        {
            if (_deploy.Previous is null)
                Undo("failed", why);
            else
                End("failed", $"{why}. The release before cannot be read, so that there is no way back: its pools go on trying; deploy again");
            return;
        }
        parts.Ledger.Together(() =>
        {
            if (_deploy.Kind == "deploy" && parts.Ledger.Release(_deploy.App, _deploy.Release) is { } release)
                parts.Ledger.Write(release with { State = ReleaseState.RolledBack, Reason = why, LeftAt = parts.Time.GetUtcNow() });
            parts.Ledger.WriteCurrent(_deploy.App, previous.Release);
        });
        parts.Store.Folders(_deploy.App).SetCurrent(previous.Release);
        End("rolled back", state.Incomplete ? $"{why}. {previous.Release} has not all its workers back: see `understudy status`" : $"{why}. {previous.Release} serves again");
    }

    /// <summary>Where the disk refuses it is over all the same: the lock must not outlive it.</summary>
    void WriteDown()
    {
        try
        {
            parts.Ledger.Write(_deploy);
        }
        catch (SqliteException refused)
        {
            Console.Error.WriteLine($"{_deploy.Kind} {_deploy.Id} of {_deploy.App}: its end cannot be written down ({refused.Message}): the next agent will look after it");
        }
    }

    LedgerDeploy Entering(string phase) => _deploy with { Phase = phase };

    void Begin(string phase)
    {
        EndPhase();
        _deploy = _deploy with { Phase = phase };
        parts.Ledger.Write(_deploy);
        Progress.Tell("phase", phase, phase);
    }

    void EndPhase(string? outcome = null)
    {
        var seconds = parts.Time.GetElapsedTime(_phaseBegan).TotalSeconds;
        _phaseBegan = parts.Time.GetTimestamp();
        if (_deploy.Phase == "")
            return;
        _deploy = _deploy with { Phases = [.. _deploy.Phases, new PhaseTime(_deploy.Phase, Math.Round(seconds, 3))] };
        Progress.Tell("ended", _deploy.Phase, _deploy.Phase, seconds, outcome);
    }

    void End(string outcome, string text)
    {
        EndPhase(outcome);
        _deploy = _deploy with { EndedAt = parts.Time.GetUtcNow(), Outcome = outcome };
        WriteDown();
        CleanUp(() => parts.Present(_deploy.App));
        parts.Events.Add($"{_deploy.Kind}.{outcome.Replace(' ', '-')}", $"{_deploy.Kind} of {_deploy.Release} {(outcome == "done" ? "is done" : outcome)}: {text}", _deploy.App);
        Progress.Tell("end", _deploy.Phase, text, (parts.Time.GetUtcNow() - _deploy.StartedAt).TotalSeconds, outcome);
    }
}
