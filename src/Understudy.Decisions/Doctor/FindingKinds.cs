namespace Understudy.Decisions.Doctor;

/// <summary>The names of all findings. Each has a page in docs/doctor.</summary>
public static class FindingKinds
{
    public const string AgentSilent = "agent-silent";
    public const string ConfigurationWrong = "configuration-wrong";
    public const string ProxySilent = "proxy-silent";
    public const string PoolUnwell = "pool-unwell";
    public const string WorkerStuck = "worker-stuck";
    public const string StaleProcesses = "stale-processes";
    public const string SharedConnection = "shared-connection";
    public const string MemoryLow = "memory-low";
    public const string MemoryBudget = "memory-budget";
    public const string MemoryUnbounded = "memory-unbounded";
    public const string NoSwap = "no-swap";
    public const string TooMuchSwap = "too-much-swap";
    public const string NoCgroups = "no-cgroups";
    public const string NoMemoryLimits = "no-memory-limits";
    public const string ClockUnsynchronised = "clock-unsynchronised";
    public const string DiskFull = "disk-full";
    public const string InodesFull = "inodes-full";
    public const string OpenFiles = "open-files";
    public const string LogGrowth = "log-growth";
    public const string OpenPort = "open-port";
    public const string SingleWorker = "single-worker";
    public const string SingleHost = "single-host";

    /// <summary>In the order in which findings of one weight are told.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AgentSilent, ConfigurationWrong, ProxySilent, PoolUnwell, WorkerStuck, SharedConnection, StaleProcesses, MemoryLow, DiskFull, InodesFull, OpenFiles,
        OpenPort, MemoryBudget, LogGrowth, TooMuchSwap, NoSwap, NoCgroups, NoMemoryLimits, ClockUnsynchronised, SingleWorker, MemoryUnbounded, SingleHost,
    ];
}
