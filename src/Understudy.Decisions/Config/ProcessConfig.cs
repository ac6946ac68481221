namespace Understudy.Decisions.Config;

/// <summary>One process type of an app, and how its pool of workers is kept.</summary>
public sealed record ProcessConfig
{
    /// <summary>The name of the process type, and of its pool on each host. `web` receives requests.</summary>
    public required string Name { get; init; }

    /// <summary>A shell command, run by `/bin/sh -c`; $PORT is the port to listen on, on loopback.</summary>
    public required string Command { get; init; }

    /// <summary>The pool's lower bound. Default 2 for web, 1 for others; range 0 to 1,000.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>The pool's upper bound. Default: the lower bound.</summary>
    public int MaxWorkers { get; init; } = 1;

    /// <summary>Requests that one worker takes at a time. Default 5 (Puma's default threads); range 1 to 100,000.</summary>
    public int Concurrency { get; init; } = 5;

    public ReadyConfig Ready { get; init; } = new();

    public QueueConfig Queue { get; init; } = new();

    public RecycleConfig Recycle { get; init; } = new();

    public StopConfig Stop { get; init; } = new();

    public RequestConfig Request { get; init; } = new();

    /// <summary>Whether requests are routed to this pool.</summary>
    public bool TakesRequests => Name == "web";
}

/// <summary>When a worker counts as ready: `Path` answers 2xx, or with `Notify` the worker says READY=1.</summary>
/// <param name="Path">The page asked on a worker of `web`. Null, the default: /up (Rails' own) with 2xx, and where the app has no such page (404), / with anything below 500.</param>
/// <param name="Within">A worker that is not ready by then is stopped. Default 60 s.</param>
/// <param name="Notify">Sets NOTIFY_SOCKET and accepts sd_notify READY=1 instead of the page. Default false.</param>
public sealed record ReadyConfig(string? Path, TimeSpan Within, bool Notify)
{
    public ReadyConfig() : this(null, TimeSpan.FromSeconds(60), false) { }
}

/// <summary>Requests that wait for a free worker, in order; past either bound they get 503 with Retry-After.</summary>
/// <param name="Length">Default 100 (Passenger's default); range 0 to 1,000,000.</param>
/// <param name="Wait">Default 10 s.</param>
public sealed record QueueConfig(int Length, TimeSpan Wait)
{
    public QueueConfig() : this(100, TimeSpan.FromSeconds(10)) { }
}

/// <summary>When a worker is replaced by a new one, one at a time, the new one ready first. Null: never.</summary>
public sealed record RecycleConfig(long? Requests, long? MemoryBytes, TimeSpan? Age)
{
    public RecycleConfig() : this(null, null, null) { }
}

/// <summary>How a worker is stopped: drained, then `Signal`, then KILL when `Within` has passed since the drain began.</summary>
/// <param name="Signal">TERM, INT, QUIT, HUP, USR1 or USR2. Default TERM.</param>
/// <param name="Within">The hard deadline for all of it. Default 30 s (Heroku's).</param>
public sealed record StopConfig(string Signal, TimeSpan Within)
{
    public StopConfig() : this("TERM", TimeSpan.FromSeconds(30)) { }
}

/// <summary>Limits of one request.</summary>
/// <param name="Timeout">From handing the request to a worker to the first byte of its answer; then 504. Default 30 s.</param>
/// <param name="BodyBytes">Largest request body; a larger one gets 413. Default 10 GB.</param>
public sealed record RequestConfig(TimeSpan Timeout, long BodyBytes)
{
    public RequestConfig() : this(TimeSpan.FromSeconds(30), 10_000_000_000) { }

    /// <summary>Lets a POST or PATCH that carries an Idempotency-Key be retried like a GET. Default false.</summary>
    public bool IdempotencyKey { get; init; }
}
