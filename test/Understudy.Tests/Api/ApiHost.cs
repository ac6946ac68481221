using Understudy.Api;
using Understudy.Decisions.Config;
using Understudy.Releases;
using Understudy.State;

namespace Understudy.Tests.Api;

/// <summary>A real API server on a unix socket in a folder of its own, with an app's state that tests may change.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    readonly List<EventDocument> events = [];
    TaskCompletionSource newer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ApiServer? server;

    readonly Database database;

    ApiHost()
    {
        Directory.CreateDirectory(Paths.Lib);
        database = new Database(Paths.State);
        Log = new EventLog(database, TimeProvider.System);
        Tokens = new TokenOperations(new ApiTokens(database, TimeProvider.System), Log, TimeProvider.System);
    }

    /// <summary>What the tokens' side tells; the API shows the events that tests make happen.</summary>
    public EventLog Log { get; }

    public TokenOperations Tokens { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("us-api-").FullName;
    public Paths Paths => new(Folder);
    public HostDocument Status { get; set; } = Samples.Host();
    public IReadOnlyList<SecretDocument> Secrets { get; set; } = [];
    public List<object> Asked { get; } = [];

    /// <summary>Thrown by every call.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown when something is to be changed.</summary>
    public OperationRefused? Refusal { get; set; }

    /// <summary>What changes once something was asked for.</summary>
    public Action? OnAsked { get; set; }

    public LocalAgent Local => new(Paths.AgentSocket, detail => "no agent: " + detail);
    public ApiClient Client => new(Local);

    /// <summary>Of an API that listens for other machines; null where it does not.</summary>
    public string? RemoteAddress => server?.RemoteAddress;

    public static async Task<ApiHost> Start(HostConfig? config = null)
    {
        var host = new ApiHost();
        host.server = await ApiServer.Start(host.Calls(), host.Paths, config ?? new HostConfig(), CancellationToken.None);
        return host;
    }

    public void Happens(string kind, string message)
    {
        TaskCompletionSource old;
        lock (events)
        {
            events.Add(new EventDocument(events.Count + 1, Samples.Now, kind, "shop", "web", "web.1", message));
            (old, newer) = (newer, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        old.SetResult();
    }

    public async Task StopServer()
    {
        if (server is { } running)
            await running.DisposeAsync();
        server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopServer();
        database.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public IReadOnlyList<ReleaseDocument> Releases { get; set; } = [];

    /// <summary>Done once somebody watches a deploy.</summary>
    public Task WasAsked => asked.Task;

    public async Task StartAgain() => server = await ApiServer.Start(Calls(), Paths, new HostConfig(), CancellationToken.None);

    /// <summary>Of each deploy that one can be watched of.</summary>
    public DeployProgress Progress { get; } = new(TimeProvider.System);

    public ApiCalls Calls() => new()
    {
        Status = () => Failure is { } failure ? throw failure : Status,
        Memory = exact => MemorySamples.Host() with { Exact = exact },
        Events = (after, limit) => { lock (events) return [.. events.Where(one => one.Id > after).Take(limit)]; },
        NewestEvent = () => { lock (events) return events.Count; },
        EventAfter = EventAfter,
        Restart = request => Done(request, "Restarting."),
        Scale = request => Done(request, "Scaling."),
        Run = app => new RunDocument(app ?? "shop", "/srv/shop", null, new Dictionary<string, string> { ["PORT"] = "1" }, null, []),
        Env = app => new EnvDocument(app ?? "shop", Secrets),
        ChangeEnv = request => Done(request, "Set."),
        Tokens = Tokens,
        // In none.
        Fleet = new FleetOperations(_ => null!, new HostConfig(), () => Status),
        Metrics = _ => Task.FromResult("understudy_up 1\n"),
        Deploys = new DeployCalls
        {
            Manifest = async (app, body, cancellation) => new SourceDocument(app, [$"{await Length(body, cancellation)}"]),
            Upload = async (app, body, _, cancellation) => Done(app, $"{await Length(body, cancellation)} bytes"),
            Deploy = request => new DeployStartedDocument(Done(request, "").Message.Length + 1, "20260102030405-0123abcd"),
            Rollback = request => new DeployStartedDocument(Done(request, "").Message.Length + 2, request.Release ?? "20260101030405-0123abcd"),
            Cancel = (app, by) => Done((app, by), "Stopping."),
            Progress = number =>
            {
                asked.TrySetResult();
                return number is 1 or 2 ? Progress : null;
            },
            Going = app => app is null or "shop" ? 1 : null,
            Releases = _ => Releases,
            Maintenance = request => Done(request, "In maintenance."),
        },
    };

    static async Task<long> Length(Stream body, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all, cancellation);
        return all.Length;
    }

    DoneDocument Done(object request, string message)
    {
        if ((Failure ?? Refusal) is { } failure)
            throw failure;
        Asked.Add(request);
        OnAsked?.Invoke();
        return new(message);
    }

    Task EventAfter(long after, CancellationToken cancellation)
    {
        lock (events)
            return events.Count > after ? Task.CompletedTask : newer.Task.WaitAsync(cancellation);
    }
}
