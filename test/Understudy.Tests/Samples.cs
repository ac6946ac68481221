using Understudy.Api;

namespace Understudy.Tests;

/// <summary>Documents as an agent would answer them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static HostDocument Host(params PoolDocument[] pools) => new()
    {
        Version = "0.1.0",
        Host = "web-1",
        StartedAt = Now.AddMinutes(-190),
        LastSentence = "nothing to do",
        Ownership = "cgroup",
        Proxy = new ProxyDocument(4711, "0.1.0", "serving", ["http://127.0.0.1:8080"], 12, Now.AddMinutes(-190), 24_500_000),
        Apps = [new AppDocument("shop", ["shop.example.com"], "/srv/shop", "local", pools.Length == 0 ? [Web(), Jobs()] : pools)],
        Guard = Guard,
    };

    public static readonly GuardDocument Guard = new()
    {
        Mode = "act",
        Step = "calm",
        Since = Now.AddMinutes(-190),
        LastSentence = "no action: 1200 MB of 2000 MB left, no swap",
        Protection = "memory locked, spared by the out-of-memory killer",
        OfGroup = false,
        TotalBytes = 2_000_000_000,
        AvailableBytes = 1_200_000_000,
        SwapTotalBytes = 0,
        SwapFreeBytes = 0,
        FallingBytesPerSecond = 0,
        ExhaustedInSeconds = null,
        PressureSomePercent = 0,
        PressureFullPercent = 0,
        ShedPercent = 0,
    };

    public static PoolDocument Web(params WorkerDocument[] workers) => new()
    {
        Pool = "web",
        State = "steady",
        Min = 2,
        Max = 6,
        Wanted = 2,
        Ready = 2,
        Concurrency = 5,
        InFlight = 3,
        Queued = 0,
        QueueLength = 100,
        OldestQueuedMs = 0,
        QueueWaitMs = 0,
        Requests = 12_345,
        Retries = 0,
        Refused = 0,
        LostInside = 0,
        TimedOut = 0,
        TakesRequests = true,
        LastSentence = "2 workers are enough for 3 requests in flight",
        Workers = workers.Length == 0 ? [Worker(1, "ready"), Worker(2, "ready")] : workers,
    };

    public static PoolDocument Jobs() => Web() with
    {
        Pool = "jobs",
        Min = 1,
        Max = 1,
        Wanted = 1,
        Ready = 1,
        InFlight = 0,
        Requests = 0,
        TakesRequests = false,
        LastSentence = "nothing to do",
        Workers = [Worker(3, "ready") with { Pool = "jobs", Worker = "jobs.3", Port = 0, Requests = 0, InFlight = 0, LastSentence = "" }],
    };

    public static WorkerDocument Worker(int number, string state) => new()
    {
        App = "shop",
        Pool = "web",
        Worker = $"web.{number}",
        Pid = 1000 + number,
        State = state,
        Release = "local",
        Generation = 1,
        Port = 40000 + number,
        Requests = 6000 + number,
        InFlight = number,
        Streams = 0,
        MemoryBytes = 112_000_000,
        Processes = 1,
        StartedAt = Now.AddMinutes(-75),
        LastSentence = "answers its ready page",
    };
}
