using Understudy.Decisions.Config.Rules;

namespace Understudy.Decisions.Config;

/// <summary>The keys of one process type, beneath `processes: NAME:`.</summary>
public static class ProcessKeys
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    internal static readonly Rule<string> CommandRule = new TextRule("a shell command such as bundle exec puma -p $PORT");

    static readonly Key<string> Command = new("command", CommandRule,
        "A shell command, run by /bin/sh -c. $PORT is the port to listen on, on loopback. May be left out where a Procfile gives it.",
        example: "bundle exec puma -p $PORT")
    { Required = true, MayStandElsewhere = true };

    static readonly Key<long> Min = new("min", new NumberRule(0, 1_000), "The pool's lower bound.",
        fallbackSays: "2 for web, 1 for others, or max where that is lower", example: "2");
    static readonly Key<long> Max = new("max", new NumberRule(0, 1_000), "The pool's upper bound; it grows to it by queue and load.",
        fallbackSays: "min", example: "6");
    static readonly Key<(long? Min, long? Max)> Workers = new("workers", new SectionRule<(long?, long?)>([Min, Max], BuildWorkers, Min),
        "Workers on each host; `workers: 2` sets both bounds.", fallbackSays: "2 for web, 1 for others");

    static readonly Key<long> Concurrency = new("concurrency", new NumberRule(1, 100_000),
        "Requests that one worker takes at a time; more wait in the queue. Puma: its threads.", "5", example: "5");

    static readonly Key<string> ReadyPath = new("path", new TextRule("a page's path such as /up", Names.CheckPagePath, "^/[^ #]*$"),
        "The page that must answer 2xx before a worker gets requests, and by which its health is asked. Only for web.",
        fallbackSays: "/up, and where the app has no such page (404), / with anything below 500", example: "/up");
    static readonly Key<TimeSpan> ReadyWithin = new("within", new DurationRule(TimeSpan.FromMilliseconds(100), Day),
        "A worker that is not ready by then is stopped and counts as failed.", "60s", example: "60s");
    static readonly Key<bool> ReadyNotify = new("notify", new FlagRule(),
        "Take sd_notify READY=1 instead of the page: NOTIFY_SOCKET is set for the worker.", "false", example: "false");
    static readonly Key<ReadyConfig> Ready = new("ready", new SectionRule<ReadyConfig>([ReadyPath, ReadyWithin, ReadyNotify],
        ready => new ReadyConfig(ready.Find(ReadyPath), ready.Get(ReadyWithin), ready.Get(ReadyNotify)), ReadyPath),
        "When a worker counts as ready; `ready: /up` sets the path alone.");

    static readonly Key<long> QueueLength = new("length", new NumberRule(0, 1_000_000),
        "Requests that may wait for a free worker; one more gets 503 with Retry-After at once.", "100", example: "100");
    static readonly Key<TimeSpan> QueueWait = new("wait", new DurationRule(TimeSpan.Zero, TimeSpan.FromHours(1)),
        "A request that has waited so long gets 503 with Retry-After.", "10s", example: "10s");
    static readonly Key<QueueConfig> Queue = new("queue", new SectionRule<QueueConfig>([QueueLength, QueueWait],
        queue => new QueueConfig((int)queue.Get(QueueLength), queue.Get(QueueWait))),
        "Requests that wait for a free worker, in order. Only for web.");

    static readonly Key<long> RecycleRequests = new("requests", new NumberRule(1, 1_000_000_000_000),
        "Requests that a worker answers before a new one takes its place. Only for web.", fallbackSays: "never", example: "10000");
    static readonly Key<long> RecycleMemory = new("memory", new SizeRule(1_000_000, 1_000_000_000_000_000),
        "Memory of a worker with all its children (the charge of its cgroup, else PSS) past which a new one takes its place. Where the kernel limits memory here, it slows a worker down at 1.5 times this and kills it at twice. Also its budget for the memory guard; without it that is a fair share.", fallbackSays: "never", example: "400MB");
    static readonly Key<TimeSpan> RecycleAge = new("age", new DurationRule(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        "Age past which a new worker takes its place.", fallbackSays: "never", example: "24h");
    static readonly Key<RecycleConfig> Recycle = new("recycle", new SectionRule<RecycleConfig>([RecycleRequests, RecycleMemory, RecycleAge],
        recycle => new RecycleConfig(recycle.Written(RecycleRequests), recycle.Written(RecycleMemory), recycle.Written(RecycleAge))),
        "When a worker is replaced: one at a time, the new one ready first.", fallbackSays: "never");

    static readonly Key<string> StopSignal = new("signal", new ChoiceRule("TERM", "INT", "QUIT", "HUP", "USR1", "USR2"),
        "The signal that asks a drained worker to end.", "TERM", example: "TERM");
    static readonly Key<TimeSpan> StopWithin = new("within", new DurationRule(TimeSpan.FromMilliseconds(100), Day),
        "The hard deadline of draining and stopping together; whatever is left then is killed.", "30s", example: "30s");
    static readonly Key<StopConfig> Stop = new("stop", new SectionRule<StopConfig>([StopSignal, StopWithin],
        stop => new StopConfig(stop.Get(StopSignal), stop.Get(StopWithin))), "How a worker is stopped.");

    static readonly Key<TimeSpan> RequestTimeout = new("timeout", new DurationRule(TimeSpan.FromMilliseconds(10), Day),
        "From handing a request to a worker to the first byte of its answer; then 504.", "30s", example: "30s");
    static readonly Key<long> RequestBody = new("body", new SizeRule(0, 1_000_000_000_000_000),
        "Largest request body; a larger one gets 413.", "10GB", example: "10GB");
    static readonly Key<bool> IdempotencyKey = new("idempotency_key", new FlagRule(),
        "Let a POST or PATCH that carries an Idempotency-Key be retried on another worker, as a GET is. Only where the app honours the key.", "false", example: "false");
    static readonly Key<RequestConfig> Request = new("request", new SectionRule<RequestConfig>([RequestTimeout, RequestBody, IdempotencyKey],
        request => new RequestConfig(request.Get(RequestTimeout), request.Get(RequestBody)) { IdempotencyKey = request.Get(IdempotencyKey) }),
        "Limits of one request. Only for web.");

    internal static readonly Rule<ProcessConfig> Rule =
        new SectionRule<ProcessConfig>([Command, Workers, Concurrency, Ready, Queue, Recycle, Stop, Request], Build, Command);

    static ProcessConfig Build(Section process)
    {
        var (min, max) = process.Get(Workers);
        var usual = process.Name == "web" ? 2 : 1;
        var least = min ?? Math.Min(usual, max ?? usual);
        return new ProcessConfig
        {
            Name = process.Name,
            Command = process.Get(Command),
            MinWorkers = (int)least,
            MaxWorkers = (int)(max ?? least),
            Concurrency = (int)process.Get(Concurrency),
            Ready = process.Find(Ready) ?? new ReadyConfig(),
            Queue = process.Find(Queue) ?? new QueueConfig(),
            Recycle = process.Find(Recycle) ?? new RecycleConfig(),
            Stop = process.Find(Stop) ?? new StopConfig(),
            Request = process.Find(Request) ?? new RequestConfig(),
        };
    }

    static (long?, long?) BuildWorkers(Section workers)
    {
        var (min, max) = (workers.Written(Min), workers.Written(Max));
        if (min > max)
            workers.Complain(Min, $"min {min} is above max {max}", $"write max: {min}, or a lower min");
        return (min, max);
    }
}
