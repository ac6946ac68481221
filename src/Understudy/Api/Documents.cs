namespace Understudy.Api;

/// <summary>Answer of GET /v1/status. Times are RFC 3339 in UTC; durations and sizes carry their unit in the name.</summary>
public sealed record HostDocument
{
    public required string Version { get; init; }
    public required string Host { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What the agent's newest turn did, in one sentence.</summary>
    public required string LastSentence { get; init; }

    /// <summary>"cgroup", or "best effort" with the reason: how surely processes are owned.</summary>
    public required string Ownership { get; init; }

    /// <summary>Null while no proxy runs.</summary>
    public required ProxyDocument? Proxy { get; init; }

    public required IReadOnlyList<AppDocument> Apps { get; init; }

    /// <summary>Null: the memory guard is off.</summary>
    public GuardDocument? Guard { get; init; }

    /// <summary>What is ours and nobody counts any more, or is past its deadline.</summary>
    public IReadOnlyList<StaleDocument> Stale { get; init => field = value ?? []; } = [];

    /// <summary>Processes that have left their worker's cgroup, and do not end with it.</summary>
    public IReadOnlyList<MovedDocument> Moved { get; init => field = value ?? []; } = [];

    /// <summary>The commands that the agent runs now, such as shop.build-7. Null: an older agent, which does not say.</summary>
    public IReadOnlyList<string>? Commands { get; init; }
}

/// <summary>A worker or a command whose processes no pool counts any more, or that is past its deadline.</summary>
public sealed record StaleDocument
{
    /// <summary>app.pool.number, app.build-7, app.run-PID: the name of its cgroup.</summary>
    public required string Id { get; init; }
    public required string App { get; init; }

    /// <summary>Null: it is no worker's.</summary>
    public required string? Pool { get; init; }

    /// <summary>Empty: unknown.</summary>
    public required string Release { get; init; }

    /// <summary>0: unknown.</summary>
    public required int Generation { get; init; }
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why it is stale, as the rest of a sentence that begins with its name.</summary>
    public required string Reason { get; init; }

    /// <summary>reap or report.</summary>
    public required string Policy { get; init; }

    /// <summary>When it is killed, whatever is in flight there. Null: it is left alone.</summary>
    public required DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Why it is still there, in words.</summary>
    public required string KeptBy { get; init; }
    public required IReadOnlyList<StaleProcessDocument> Processes { get; init; }
}

/// <param name="StartTicks">When it started, in clock ticks since boot: with the pid its identity.</param>
/// <param name="Name">As the kernel has it, at most 15 bytes; it may rename itself.</param>
/// <param name="State">R, S, D, T and so on, as in proc(5).</param>
public sealed record StaleProcessDocument(int Pid, long StartTicks, int Parent, string Name, string State);

/// <param name="Id">Whose it was.</param>
/// <param name="Place">The cgroup that it is in, from the mount of cgroup v2.</param>
public sealed record MovedDocument(string Id, StaleProcessDocument Process, string Place);

/// <summary>The memory guard, and the memory that it watches: the host's, or that of the group in which the workers are limited, whichever is worse.</summary>
public sealed record GuardDocument
{
    /// <summary>report or act.</summary>
    public required string Mode { get; init; }

    /// <summary>calm, hold (no pool grows), reap (and stale processes are killed), recycle (and the largest worker over its budget is replaced), shed (and requests get 503).</summary>
    public required string Step { get; init; }

    /// <summary>When it came to this step.</summary>
    public required DateTimeOffset Since { get; init; }
    public required string LastSentence { get; init; }

    /// <summary>How the agent keeps itself able to act, in words.</summary>
    public required string Protection { get; init; }

    /// <summary>The figures are the workers' group's.</summary>
    public required bool OfGroup { get; init; }
    public required long TotalBytes { get; init; }

    /// <summary>Of it, what can be had without swapping.</summary>
    public required long AvailableBytes { get; init; }
    public required long SwapTotalBytes { get; init; }
    public required long SwapFreeBytes { get; init; }

    /// <summary>0 while memory does not go.</summary>
    public required long FallingBytesPerSecond { get; init; }

    /// <summary>At this rate. Null: not in sight.</summary>
    public required double? ExhaustedInSeconds { get; init; }

    /// <summary>Of the last 10 s, how much tasks waited for memory: at least one, and all of them.</summary>
    public required double PressureSomePercent { get; init; }
    public required double PressureFullPercent { get; init; }

    /// <summary>Of the requests, how many get 503 now.</summary>
    public required double ShedPercent { get; init; }
}

public sealed record ProxyDocument(int Pid, string Version, string State, IReadOnlyList<string> Listen, int Connections, DateTimeOffset? StartedAt, long MemoryBytes);

/// <param name="Release">`local`: it runs from its own folder.</param>
/// <param name="Deploy">The deploy that goes on; null: none.</param>
/// <param name="MaintenanceSince">Null: it serves.</param>
public sealed record AppDocument(string App, IReadOnlyList<string> Domains, string Folder, string Release, IReadOnlyList<PoolDocument> Pools, GoingDocument? Deploy = null, DateTimeOffset? MaintenanceSince = null);

/// <summary>A deploy or rollback that goes on.</summary>
/// <param name="Holder">What it is, whose, why, since when and in which phase, in a sentence.</param>
public sealed record GoingDocument(long Id, string Kind, string Phase, string Holder);

/// <summary>Another host of the app, as this host's proxy sees it.</summary>
/// <param name="State">up, down, or leaving: it is not configured any more and still has requests.</param>
/// <param name="InFlight">This host's requests there now.</param>
/// <param name="Outstanding">All hosts' requests there, its own clients' among them.</param>
/// <param name="Slots">Requests that it can work on at a time.</param>
/// <param name="Requests">Requests that it was given since the proxy started.</param>
/// <param name="Failures">Of these, those that it gave no whole answer to.</param>
/// <param name="LastSentence">Why it is down; empty while it is up.</param>
public sealed record OtherHostDocument(
    string Host, string Address, string State, int InFlight, int Outstanding, int Slots, int Streams, long Requests, long Failures, string LastSentence);

public sealed record PoolDocument
{
    public required string Pool { get; init; }

    /// <summary>steady, starting, rolling, scaling, degraded (fewer ready than wanted), crash loop, stopping.</summary>
    public required string State { get; init; }
    public required int Min { get; init; }
    public required int Max { get; init; }
    public required int Wanted { get; init; }
    public required int Ready { get; init; }
    public required int Concurrency { get; init; }
    public required int InFlight { get; init; }
    public required int Queued { get; init; }
    public required int QueueLength { get; init; }
    public required double OldestQueuedMs { get; init; }
    public required double QueueWaitMs { get; init; }
    public required long Requests { get; init; }
    public required long Retries { get; init; }
    public required long Refused { get; init; }
    public required long LostInside { get; init; }
    public required long TimedOut { get; init; }

    /// <summary>503 because the memory guard sheds load.</summary>
    public long Shed { get; init; }

    /// <summary>False for process types that take no requests: then the request figures are 0.</summary>
    public required bool TakesRequests { get; init; }
    public required string LastSentence { get; init; }
    public required IReadOnlyList<WorkerDocument> Workers { get; init; }

    /// <summary>A worker of it is replaced above this (`recycle: {memory: ...}`). Null: never for its memory.</summary>
    public long? RecycleMemoryBytes { get; init; }

    /// <summary>Requests of this host's clients that were given to other hosts.</summary>
    public long Forwarded { get; init; }

    /// <summary>The other hosts that serve the app.</summary>
    public IReadOnlyList<OtherHostDocument> Hosts { get; init; } = [];

    /// <summary>Connections that several of its processes hold at once, the worst first.</summary>
    public IReadOnlyList<SharedConnectionDocument> SharedConnections { get; init; } = [];
}

/// <summary>Connections to one peer that were opened before a fork, so that several processes talk on them.</summary>
/// <param name="Peer">Such as redis at 127.0.0.1:6379.</param>
/// <param name="Grade">`standing`: nothing has gone over it while it was shared; `mixed`: something has, and answers can have reached the wrong process.</param>
/// <param name="Workers">pool.number.</param>
/// <param name="Connections">How many; a tree of processes has one for each time it was opened before a fork.</param>
/// <param name="Pids">Of all processes that hold one.</param>
/// <param name="SharedSince">When the second process came to hold the oldest of them.</param>
/// <param name="BytesWhileShared">Both ways, since the agent first saw it shared. Of unix sockets only what was caught unread.</param>
/// <param name="Remedy">What to do about it, with the server in use.</param>
public sealed record SharedConnectionDocument(
    string Peer, string Grade, IReadOnlyList<string> Workers, int Connections, IReadOnlyList<int> Pids, DateTimeOffset SharedSince, long BytesWhileShared, string Remedy, string Sentence);

/// <summary>One worker; `ps --json` prints an array of these.</summary>
public sealed record WorkerDocument
{
    public required string App { get; init; }
    public required string Pool { get; init; }

    /// <summary>pool.number, such as web.12; never used twice.</summary>
    public required string Worker { get; init; }
    public required int Pid { get; init; }

    /// <summary>starting, ready, down, draining, stopping or killing.</summary>
    public required string State { get; init; }
    public required string Release { get; init; }
    public required int Generation { get; init; }

    /// <summary>0 where the process type takes no requests.</summary>
    public required int Port { get; init; }
    public required long Requests { get; init; }
    public required int InFlight { get; init; }
    public required int Streams { get; init; }

    /// <summary>cgroup charge where there is one, else PSS, at most 30 s old. 0: not yet measured.</summary>
    public required long MemoryBytes { get; init; }
    public required int Processes { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required string LastSentence { get; init; }

    /// <summary>Why it cannot serve, where the kernel knows it: a full memory group, a process blocked in state D, connections that nobody accepts. Null: nothing is known against it.</summary>
    public string? Ailment { get; init; }

    /// <summary>An agent before this one started it: how it ends may stay unknown.</summary>
    public bool Adopted { get; init; }

    internal WorkerDocument Suffering(string ailment) => this with
    {
        Ailment = ailment,
        // Its own word is worth as much where it is already on its way out.
        LastSentence = State == "ready" ? ailment : LastSentence.Contains(ailment, StringComparison.Ordinal) ? LastSentence : $"{LastSentence}; {ailment}",
    };
}

/// <summary>One change, as `events` prints it.</summary>
/// <param name="Id">Grows by one; never used twice.</param>
/// <param name="Kind">What happened, such as worker.started, worker.killed, pool.scaled, proxy.replaced, agent.started.</param>
/// <param name="Message">One human sentence with the reason.</param>
public sealed record EventDocument(long Id, DateTimeOffset At, string Kind, string? App, string? Pool, string? Worker, string Message);

/// <summary>Body of POST /v1/scale. Min and Max null: back to the configuration's own bounds.</summary>
public sealed record ScaleRequest(string? App, string Pool, int? Min, int? Max);

/// <summary>Body of POST /v1/restart. Pool null: all pools; App null: the only app, or all.</summary>
public sealed record RestartRequest(string? App, string? Pool);

/// <summary>One step of a deploy, as `deploy --json` prints it.</summary>
/// <param name="Id">Counts from 1 for each deploy.</param>
/// <param name="Kind">phase (one begins), ended (it is over, with its seconds), line (of the build's output), turn (what the workers do), note, or end.</param>
/// <param name="Phase">prepare, packages, build, pack, unpack, release, roll, watch or rollback.</param>
/// <param name="Outcome">With end: done, failed, cancelled or rolled back.</param>
public sealed record DeployEventDocument(long Id, DateTimeOffset At, string Kind, string Phase, string Text, double? Seconds, string? Outcome);

/// <summary>A deploy that has begun.</summary>
/// <param name="Deploy">Its number, by which it is watched.</param>
public sealed record DeployStartedDocument(long Deploy, string Release);

/// <summary>A release, as `releases` lists it.</summary>
public sealed record ReleaseDocument
{
    public required string App { get; init; }

    /// <summary>YYYYMMDDHHMMSS-hash, in UTC.</summary>
    public required string Release { get; init; }

    /// <summary>current, rolling (on its way in), kept (can be rolled back to), building, failed or rolled back.</summary>
    public required string State { get; init; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who deployed it, as user@machine.</summary>
    public required string By { get; init; }
    public required string? Commit { get; init; }
    public required string? Ref { get; init; }

    /// <summary>Of the packed artifact; 0 where it was never built.</summary>
    public required long Bytes { get; init; }

    /// <summary>Why it failed or was rolled back.</summary>
    public required string? Reason { get; init; }

    /// <summary>What `deploy -m` gave as its reason.</summary>
    public string? Why { get; init; }

    /// <summary>How long each phase of its deploy took, in seconds.</summary>
    public required IReadOnlyDictionary<string, double> Phases { get; init; }
}

/// <summary>Body of POST /v1/deploys.</summary>
/// <param name="Source">The hash of a manifest that was sent before.</param>
public sealed record DeployRequest(string App, string Source, string By, string? Reason, string? Commit, string? Ref);

/// <summary>Body of POST /v1/rollback. Release null: the one before the current.</summary>
public sealed record RollbackRequest(string? App, string? Release, string By, string? Reason);

/// <summary>Answer of POST /v1/source: the hashes of the files that the agent lacks.</summary>
public sealed record SourceDocument(string Source, IReadOnlyList<string> Missing);

/// <summary>Body of POST /v1/maintenance.</summary>
/// <param name="RetryAfter">Seconds, for Retry-After. Null: 60.</param>
public sealed record MaintenanceRequest(string? App, bool On, int? RetryAfter, string By);

/// <summary>Answer to an accepted command.</summary>
public sealed record DoneDocument(string Message);

/// <summary>Answer of any refused request, with a status of 4xx or 5xx: what, where, and what next.</summary>
public sealed record ErrorDocument(string Error);

/// <summary>Answer of GET /v1/run: what `run` needs to start a command in an app's environment. Unix socket only.</summary>
/// <param name="Env">Without the secrets.</param>
/// <param name="Secrets">Names of the variables that are missing in Env: `run` reads their values from the state itself.</param>
public sealed record RunDocument(string App, string Folder, string? User, IReadOnlyDictionary<string, string> Env, string? CgroupRoot, IReadOnlyList<string> Secrets);

/// <summary>Answer of GET /v1/env: the app's secrets, without their values.</summary>
public sealed record EnvDocument(string App, IReadOnlyList<SecretDocument> Secrets);

public sealed record SecretDocument(string Name, DateTimeOffset SetAt, string SetBy);

/// <summary>Body of POST /v1/env. App null: the only one.</summary>
/// <param name="By">The user who asks.</param>
public sealed record EnvRequest(string? App, IReadOnlyDictionary<string, string> Set, IReadOnlyList<string> Unset, string? By);

/// <summary>Body of POST /v1/tokens. Unix socket only, as all about tokens.</summary>
public sealed record TokenRequest(string Name, string By);

/// <summary>Answer of POST /v1/tokens: the only one that ever shows a token.</summary>
/// <param name="Agent">For UNDERSTUDY_AGENT: the agent's address, and the fingerprint of its certificate where no authority vouches for it.</param>
/// <param name="Token">For UNDERSTUDY_TOKEN.</param>
public sealed record TokenCreatedDocument(string Name, string Agent, string Token);

/// <summary>A token, as `token list` shows it.</summary>
/// <param name="UsedAt">To the minute. Null: never.</param>
public sealed record TokenDocument(string Name, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? UsedAt);

/// <summary>A line of a worker's log, as `logs` prints it.</summary>
public sealed record LogLineDocument(string App, string Pool, string Worker, string Line);

/// <summary>What `reap` prints.</summary>
/// <param name="Agent">How the agent is: answers, does not answer (pid 7), is stopped (pid 7), does not run.</param>
/// <param name="Memory">How the command got out of the group that limited its own memory, or why it did not. Null: nothing limited it.</param>
public sealed record ReapDocument(string Agent, string? Memory, IReadOnlyList<ReapedDocument> Processes);

/// <param name="Ruling">stale, kept (somebody counts it) or doubtful (it cannot be told whether somebody does).</param>
/// <param name="Outcome">killed, left (not to be touched), listed (it would be killed) or there (it was killed and does not end).</param>
/// <param name="Reason">As the rest of a sentence that begins with the id.</param>
/// <param name="Since">Null: unknown.</param>
public sealed record ReapedDocument(string Id, string Ruling, string Outcome, string Reason, DateTimeOffset? Since, IReadOnlyList<StaleProcessDocument> Processes);
