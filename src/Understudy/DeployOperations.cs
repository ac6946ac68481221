using Understudy.Api;
using Understudy.Decisions.Releases;
using Understudy.Releases;
using Understudy.State;

namespace Understudy;

/// <summary>What the API may ask about deploys and releases. Refusals are `OperationRefused` with a sentence for the operator.</summary>
public sealed class DeployOperations
{
    readonly Operations _operations;
    readonly Deployments _deployments;
    readonly ReleaseLedger _ledger;
    readonly EventLog _events;
    readonly TimeProvider _time;
    readonly Action<string> _present;

    internal DeployOperations(Operations operations, Deployments deployments, ReleaseLedger ledger, EventLog events, TimeProvider time, Action<string> present)
    {
        _operations = operations;
        _deployments = deployments;
        _ledger = ledger;
        _events = events;
        _time = time;
        _present = present;
    }

    /// <summary>Takes a checkout's manifest; answers which files are missing here.</summary>
    internal async Task<SourceDocument> Manifest(string app, Stream body, CancellationToken cancellation)
    {
        var source = _deployments.Source(app);
        using var all = new MemoryStream();
        await body.CopyToAsync(all, cancellation);
        var (manifest, unreadable) = SourceManifest.Parse(all.GetBuffer().AsSpan(0, (int)all.Length));
        if (manifest is null)
            throw new OperationRefused(unreadable!, RefusalKind.Invalid);
        if (SourceRules.Check(manifest) is { Count: > 0 } wrong)
            throw new OperationRefused(string.Join('\n', wrong), RefusalKind.Invalid);
        source.Keep(manifest);
        return new SourceDocument(manifest.Hash, source.Missing(manifest));
    }

    internal async Task<DoneDocument> Upload(string app, Stream body, long limit, CancellationToken cancellation)
    {
        var received = await _deployments.Source(app).Receive(body, limit, cancellation);
        return new DoneDocument($"{received.Files} files have arrived");
    }

    internal DeployStartedDocument Deploy(DeployRequest request) => _deployments.Start(request);

    internal DeployStartedDocument Rollback(RollbackRequest request) => _deployments.Rollback(Deployed(request.App), request);

    internal DoneDocument Cancel(string? app, string by)
    {
        var name = app ?? _deployments.Going(null)?.Deploy.App ?? throw new OperationRefused("no deploy goes on");
        _deployments.Cancel(name, by);
        return new DoneDocument($"the deploy of {name} is being stopped");
    }

    internal DeployProgress? Progress(long deploy) => _deployments.Progress(deploy);

    /// <summary>The deploy that goes on; null for the app: the only one.</summary>
    internal long? Going(string? app) => _deployments.Going(app)?.Deploy.Id;

    internal IReadOnlyList<ReleaseDocument> Releases(string? app) => _deployments.Releases(Deployed(app));

    /// <summary>One that this agent cannot read is deployed all the same, and can be rolled back or deployed anew.</summary>
    string Deployed(string? app) =>
        app is not null && _ledger.App(app) is not null ? app
        : app is null && _ledger.Apps() is [var only] ? only.App
        : _operations.FindApp(app).Config.App;

    /// <summary>Workers stay up; the proxy answers every request with 503 and Retry-After.</summary>
    internal DoneDocument Maintenance(MaintenanceRequest request)
    {
        var app = _operations.FindApp(request.App).Config.App;
        var retry = request.RetryAfter ?? 60;
        _ledger.WriteMaintenance(app, request.On ? _ledger.App(app)?.MaintenanceSince ?? _time.GetUtcNow() : null, retry);
        _present(app);
        var message = request.On ? $"{app} is in maintenance: every request gets 503 with Retry-After: {retry}; its workers stay up" : $"{app} serves again";
        _events.Add(request.On ? "maintenance.on" : "maintenance.off", $"{message} (by {request.By})", app);
        return new DoneDocument(message);
    }
}
