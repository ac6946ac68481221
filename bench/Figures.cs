namespace Understudy.Bench;

/// <summary>All that is measured, in the order in which it is told.</summary>
static class Figures
{
    public static readonly Figure RequestsPerSecond = new("proxy.rps", "requests, 64 connections", "1/s");
    public static readonly Figure CpuPerRequest = new("proxy.cpu_us", "CPU per request, 64 connections", "us") { Goal = new(2.0, OfRatio: true) };
    public static readonly Figure FixedP50 = new("proxy.p50_ms", "median time at 2,000/s", "ms");
    public static readonly Figure FixedP99 = new("proxy.p99_ms", "99th percentile at 2,000/s", "ms");
    public static readonly Figure ManyRequestsPerSecond = new("proxy.many.rps", "requests, 1,000 connections", "1/s");
    public static readonly Figure ManyCpuPerRequest = new("proxy.many.cpu_us", "CPU per request, 1,000 connections", "us");
    public static readonly Figure LargeRate = new("proxy.large.mb_per_s", "1 MB bodies, 16 connections", "MB/s");
    public static readonly Figure LargeCpu = new("proxy.large.cpu_us", "CPU per 1 MB body", "us");
    public static readonly Figure Start = new("proxy.start_ms", "start to first good answer", "ms") { Goal = new(40) };
    public static readonly Figure IdleMemory = new("proxy.idle_mb", "memory idle, resident", "MB") { Goal = new(40) };
    public static readonly Figure IdlePss = new("proxy.idle_pss_mb", "memory idle, PSS", "MB");
    public static readonly Figure LoadMemory = new("proxy.load_mb", "memory, 64 connections, resident", "MB");
    public static readonly Figure LoadPss = new("proxy.load_pss_mb", "memory, 64 connections, PSS", "MB");
    public static readonly Figure ManyMemory = new("proxy.many.mb", "memory, 1,000 connections, resident", "MB");
    public static readonly Figure KilledFailed = new("proxy.killed.failed", "worker killed: failed", "requests") { WorstCounts = true, Goal = new(0) };
    public static readonly Figure KilledSlow = new("proxy.killed.slow", "worker killed: slower than 1 s", "requests") { WorstCounts = true };
    public static readonly Figure KilledMax = new("proxy.killed.max_ms", "worker killed: slowest", "ms") { WorstCounts = true };
    public static readonly Figure FrozenFailed = new("proxy.frozen.failed", "worker frozen: failed", "requests") { WorstCounts = true, Goal = new(0) };
    public static readonly Figure FrozenSlow = new("proxy.frozen.slow", "worker frozen: slower than 1 s", "requests") { WorstCounts = true, Goal = new(0) };
    public static readonly Figure FrozenMax = new("proxy.frozen.max_ms", "worker frozen: slowest", "ms") { WorstCounts = true };
    public static readonly Figure AgentCpu = new("agent.idle_cpu_percent", "agent idle, 20 workers: CPU", "% of a core") { Goal = new(1) };
    public static readonly Figure AgentMemory = new("agent.idle_mb", "agent idle, 20 workers: memory, resident", "MB") { Goal = new(60) };
    public static readonly Figure AgentPss = new("agent.idle_pss_mb", "agent idle, 20 workers: memory, PSS", "MB");
    public static readonly Figure StatusTime = new("cli.status_ms", "`status` of 20 workers, piped", "ms") { Goal = new(25) };

    public static readonly IReadOnlyList<Figure> All =
    [
        RequestsPerSecond, CpuPerRequest, FixedP50, FixedP99, ManyRequestsPerSecond, ManyCpuPerRequest, LargeRate, LargeCpu,
        Start, IdleMemory, IdlePss, LoadMemory, LoadPss, ManyMemory,
        KilledFailed, KilledSlow, KilledMax, FrozenFailed, FrozenSlow, FrozenMax,
        AgentCpu, AgentMemory, AgentPss, StatusTime,
    ];
}
