using Understudy.Api;
using Understudy.State;

namespace Understudy.Releases;

/// <summary>The deploys and rollbacks of this host's apps: one at a time for each app.</summary>
sealed class Deployments(DeployParts parts) : IDisposable
{
    /// <summary>Ended deploys that can still be watched to their end.</summary>
    const int Remembered = 5;

    readonly Lock _gate = new();
    readonly List<DeployRun> _runs = [];
    readonly List<Task> _tasks = [];
    readonly Dictionary<string, SourceStore> _sources = [];
    CancellationToken _stop;

    /// <summary>A rollout goes on, so that the proxy's word is wanted soon.</summary>
    public bool Active
    {
        get { lock (_gate) return _runs.Exists(run => run.Deploy.EndedAt is null); }
    }

    /// <summary>Each deployed app as it serves now: while a rollout goes on, of the release that it goes from.</summary>
    public IReadOnlyList<HostedApp> Serving => [.. parts.Pools.Apps.Select(app => Going(app.Config.App)?.Deploy.Previous is { } previous && previous != app.Release ? ServingOf(app, previous) : app)];

    /// <summary>The deploy that goes on; null for the app: the only one that does.</summary>
    public DeployRun? Going(string? app)
    {
        lock (_gate)
            return _runs.Where(run => run.Deploy.EndedAt is null && (app is null || run.Deploy.App == app)).ToList() is [var only] ? only : null;
    }

    /// <summary>What holds an app's lock; null: nothing.</summary>
    public GoingDocument? Describe(string app) => Going(app) is { } run ? new GoingDocument(run.Deploy.Id, run.Deploy.Kind, run.Deploy.Phase, run.Holder) : null;

    /// <summary>Undoes or goes on with what an agent before this one was in the middle of.</summary>
    public void Resume(CancellationToken stop)
    {
        _stop = stop;
        foreach (var deploys in parts.Ledger.Unfinished().GroupBy(deploy => deploy.App))
        {
            foreach (var deploy in deploys)
            {
                var run = new DeployRun(parts, deploy, null);
                // Only the newest may be in the middle of something: the end of the others could not be written down.
                if (deploy.Id == deploys.Max(one => one.Id) && DeployPhase.HasSwitched(deploy.Phase))
                    Begin(run, resume: true);
                else
                    run.TryUndo("failed", $"the agent ended while it was in its phase {(deploy.Phase.Length == 0 ? DeployPhase.Prepare : deploy.Phase)}: deploy again");
            }
        }
        foreach (var app in parts.Ledger.Apps().Select(app => app.App))
            EndNeverBegun(app);
    }

    /// <exception cref="OperationRefused">Another deploy of the app goes on, or its source is not complete.</exception>
    public DeployStartedDocument Start(DeployRequest request)
    {
        Deployable(request.App);
        var folders = parts.Store.Folders(request.App);
        var source = Source(request.App);
        var manifest = source.Find(request.Source) ?? throw new OperationRefused("the agent does not know this checkout: send its manifest first", RefusalKind.Unknown);
        if (source.Missing(manifest) is { Count: > 0 } missing)
            throw new OperationRefused($"{missing.Count} files of the checkout have not arrived: upload them first");
        lock (_gate)
        {
            Unlocked(request.App);
            var now = parts.Time.GetUtcNow();
            var name = folders.NewName(now, manifest.Hash, parts.Ledger.Releases(request.App).FirstOrDefault()?.Name);
            parts.Ledger.Write(new LedgerRelease { App = request.App, Name = name, MadeAt = now, MadeBy = request.By, Commit = request.Commit, Ref = request.Ref, State = ReleaseState.Building });
            return Begin("deploy", request.App, name, request.By, request.Reason, new ReleaseSource(source, manifest));
        }
    }

    /// <exception cref="OperationRefused">There is no such release to go back to, or a deploy goes on.</exception>
    public DeployStartedDocument Rollback(string app, RollbackRequest request)
    {
        var current = parts.Ledger.App(app)?.Current ?? throw new OperationRefused($"{app} was never deployed on this host, so that there is nothing to roll back to");
        var can = parts.Ledger.Releases(app).Where(release => release.Artifact is not null && release.Name != current).ToList();
        var to = request.Release is { } named
            ? can.Find(release => release.Name == named) ?? throw new OperationRefused(
                named == current ? $"{named} is the release that serves" : $"there is no release {named} of {app} to go back to; there are: {Names(can)}", RefusalKind.Unknown)
            : can.Find(release => release.State == ReleaseState.Built && string.CompareOrdinal(release.Name, current) < 0)
                ?? throw new OperationRefused($"there is no release of {app} before {current}; there are: {Names(can)}", RefusalKind.Unknown);
        lock (_gate)
        {
            Unlocked(app);
            return Begin("rollback", app, to.Name, request.By, request.Reason, null);
        }
    }

    public void Cancel(string app, string by)
    {
        DeployRun run;
        lock (_gate)
            run = _runs.Find(one => one.Deploy.App == app && one.Deploy.EndedAt is null) ?? throw new OperationRefused($"no deploy of {app} goes on");
        run.Cancel(by);
    }

    /// <summary>What a deploy tells; null: this agent knows none of this number.</summary>
    public DeployProgress? Progress(long deploy)
    {
        lock (_gate)
        {
            if (_runs.Find(run => run.Deploy.Id == deploy) is { } found)
                return found.Progress;
        }
        if (parts.Ledger.Deploy(deploy) is not { Outcome: { } outcome } ended)
            return null;
        var progress = new DeployProgress(parts.Time);
        progress.Tell("end", ended.Phase, $"{ended.Kind} of {ended.Release}: {outcome}; see `understudy events`", (ended.EndedAt - ended.StartedAt)?.TotalSeconds, outcome);
        return progress;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ReleaseDocument> Releases(string app)
    {
        var state = parts.Ledger.App(app);
        return [.. parts.Ledger.Releases(app).Select(release => new ReleaseDocument
        {
            App = app,
            Release = release.Name,
            State = StateOf(release, state),
            MadeAt = release.MadeAt,
            By = release.MadeBy,
            Commit = release.Commit,
            Ref = release.Ref,
            Bytes = release.Bytes,
            Reason = release.Reason,
            Why = parts.Ledger.DeployOf(app, release.Name)?.Reason,
            Phases = (parts.Ledger.DeployOf(app, release.Name)?.Phases ?? []).GroupBy(phase => phase.Phase).ToDictionary(group => group.Key, group => group.Sum(phase => phase.Seconds)),
        })];
    }

    public SourceStore Source(string app)
    {
        Deployable(app);
        var folders = parts.Store.Folders(app);
        // Outside the lock: to make a user may take a while.
        folders.Make(parts.Store.User(app));
        lock (_gate)
            return _sources.TryGetValue(app, out var known) ? known : _sources[app] = new SourceStore(folders.Source);
    }

    /// <summary>Releases written down just before an agent's end, of which no deploy was.</summary>
    void EndNeverBegun(string app)
    {
        foreach (var release in parts.Ledger.Releases(app).Where(release => release.State == ReleaseState.Building && Going(app)?.Deploy.Release != release.Name))
            parts.Ledger.Write(release with { State = ReleaseState.Failed, Reason = "the agent ended before it began: deploy again" });
    }

    HostedApp ServingOf(HostedApp app, string release)
    {
        try
        {
            return parts.Store.Hosted(app.Config.App, release, app.User is { } user ? Linux.Users.Find(user) : null);
        }
        catch (OperationRefused)
        {
            return app;
        }
    }

    /// <summary>Done when every deploy has noticed the agent's end.</summary>
    public Task Ended()
    {
        lock (_gate)
            return Task.WhenAll(_tasks);
    }

    public void Dispose()
    {
        foreach (var run in _runs)
            run.Dispose();
    }

    static string StateOf(LedgerRelease release, LedgerApp? app) => release.State switch
    {
        _ when release.Name == app?.Current => "current",
        _ when release.Name == app?.Target => "rolling",
        ReleaseState.Building => "building",
        ReleaseState.Failed => "failed",
        ReleaseState.RolledBack => "rolled back",
        _ => "kept",
    };

    static string Names(IReadOnlyList<LedgerRelease> releases) => releases.Count == 0 ? "none" : string.Join(", ", releases.Select(release => release.Name));

    /// <summary>An app that runs from a folder of its own, as agent.yaml or `up` says, is not deployed.</summary>
    void Deployable(string app)
    {
        if (Understudy.Decisions.Config.Names.Check(app) is not null)
            throw new OperationRefused($"\"{app}\" is not an app's name: {Understudy.Decisions.Config.Names.Expected}", RefusalKind.Invalid);
        if (parts.Pools.Apps.FirstOrDefault(one => one.Config.App == app) is { Release: HostedApp.Local } local)
            throw new OperationRefused($"{app} runs from its own folder {local.Folder} on this host: `understudy restart` takes what is there. To deploy it, remove it from `apps:` in agent.yaml first, or deploy under another name with --app");
    }

    void Unlocked(string app)
    {
        if (_runs.Find(run => run.Deploy.App == app && run.Deploy.EndedAt is null) is { } holder)
            throw new OperationRefused($"{holder.Holder}. Wait for it with --wait, watch it with `understudy deploy --attach`, or stop it with `understudy deploy --cancel`");
    }

    DeployStartedDocument Begin(string kind, string app, string release, string by, string? reason, ReleaseSource? source)
    {
        var deploy = parts.Ledger.Add(new LedgerDeploy
        {
            App = app,
            Kind = kind,
            Release = release,
            Previous = parts.Ledger.App(app)?.Current,
            Owner = by,
            Reason = reason,
            Phase = "",
            StartedAt = parts.Time.GetUtcNow(),
        });
        Begin(new DeployRun(parts, deploy, source), resume: false);
        return new DeployStartedDocument(deploy.Id, release);
    }

    void Begin(DeployRun run, bool resume)
    {
        lock (_gate)
        {
            if (_runs.Count >= Remembered && _runs.Find(one => one.Deploy.EndedAt is not null) is { } oldest)
                _runs.Remove(oldest);
            _tasks.RemoveAll(task => task.IsCompleted);
            _runs.Add(run);
            _tasks.Add(Task.Run(() => run.Run(resume, _stop)));
        }
    }
}
