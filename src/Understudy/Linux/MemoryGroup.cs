using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>A cgroup that limits or counts memory, of v2 or v1, read without allocating anything.</summary>
sealed class MemoryGroup : IDisposable
{
    /// <summary>v1 says "no limit" with the largest multiple of a page.</summary>
    const long Unlimited = long.MaxValue - (1 << 20);

    readonly bool _separate;
    readonly HeldFile _usage;
    readonly HeldFile? _limit;
    readonly HeldFile? _statistics;
    readonly HeldFile? _swapUsage;
    readonly HeldFile? _swapLimit;
    readonly HeldFile? _outOfMemory;

    MemoryGroup(string folder, bool separate, HeldFile usage)
    {
        Folder = folder;
        _separate = separate;
        _usage = usage;
        _limit = Held(separate ? "memory.limit_in_bytes" : "memory.max");
        _statistics = Held("memory.stat");
        _swapUsage = Held(separate ? "memory.memsw.usage_in_bytes" : "memory.swap.current");
        _swapLimit = Held(separate ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
        _outOfMemory = separate ? Held("memory.oom_control") : null;
    }

    public string Folder { get; }

    /// <summary>Null where the folder is none, or no memory controller counts there.</summary>
    public static MemoryGroup? Open(string folder)
    {
        if (HeldFile.Open(Path.Combine(folder, "memory.current")) is { } unified)
            return new MemoryGroup(folder, separate: false, unified);
        return HeldFile.Open(Path.Combine(folder, "memory.usage_in_bytes")) is { } separate ? new MemoryGroup(folder, separate: true, separate) : null;
    }

    /// <summary>What the group holds now, file cache included. -1 when it is gone.</summary>
    public long ChargeBytes => Read(_usage);

    /// <summary>What it has in swap. -1: not counted.</summary>
    public long SwapBytes => Read(_swapUsage) is >= 0 and var bytes ? _separate ? bytes - ChargeBytes : bytes : -1;

    /// <summary>long.MaxValue: none.</summary>
    public long LimitBytes => Read(_limit) is >= 0 and < Unlimited and var limit ? limit : long.MaxValue;

    /// <summary>Its processes wait for memory, and the kernel has been told not to kill any of them (v1).</summary>
    public bool Stuck
    {
        get
        {
            Span<byte> buffer = stackalloc byte[256];
            return _outOfMemory is not null && _outOfMemory.Read(buffer) is > 0 and var length && KernelText.Field(buffer[..length], "under_oom"u8) == 1;
        }
    }

    /// <summary>What is left to the group: within its limit, and of the host. False when the group is gone; then the level is left as it was.</summary>
    public bool Read(in MemoryLevel host, ref MemoryLevel level)
    {
        var usage = ChargeBytes;
        if (usage < 0)
            return false;
        var limit = LimitBytes;
        var total = Math.Min(limit, host.TotalBytes);
        var room = Math.Max(0, total - usage);
        var available = Math.Min(Math.Min(room + Droppable(), total), host.AvailableBytes);
        var (swapTotal, swapFree) = _separate ? SeparateSwap(usage, limit, host) : UnifiedSwap(host);
        level = new MemoryLevel(total, available, swapTotal, swapFree);
        return true;
    }

    public void Dispose()
    {
        _usage.Dispose();
        _limit?.Dispose();
        _statistics?.Dispose();
        _swapUsage?.Dispose();
        _swapLimit?.Dispose();
        _outOfMemory?.Dispose();
    }

    /// <summary>File cache that can go: the idle half of the lists wholly, of the busy half one half, for it holds the programs that run.</summary>
    long Droppable()
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (_statistics is null || _statistics.Read(buffer) is not (> 0 and var length))
            return 0;
        ReadOnlySpan<byte> text = buffer[..length];
        // v1 counts the groups below only in the lines with `total_`.
        var idle = KernelText.Field(text, _separate ? "total_inactive_file"u8 : "inactive_file"u8);
        var busy = KernelText.Field(text, _separate ? "total_active_file"u8 : "active_file"u8);
        return Math.Max(0, idle) + (Math.Max(0, busy) / 2);
    }

    (long Total, long Free) UnifiedSwap(in MemoryLevel host)
    {
        var limit = Read(_swapLimit) is >= 0 and var most ? most : long.MaxValue;
        var total = Math.Min(limit, host.SwapTotalBytes);
        return (total, Math.Clamp(total - Math.Max(0, Read(_swapUsage)), 0, host.SwapFreeBytes));
    }

    /// <summary>v1 limits memory and swap together.</summary>
    (long Total, long Free) SeparateSwap(long usage, long limit, in MemoryLevel host)
    {
        var both = Read(_swapLimit);
        if (both is < 0 or >= Unlimited || limit == long.MaxValue)
            return (host.SwapTotalBytes, host.SwapFreeBytes);
        var bothLeft = both - Math.Max(usage, Read(_swapUsage));
        return (Math.Clamp(both - limit, 0, host.SwapTotalBytes), Math.Clamp(bothLeft - Math.Max(0, limit - usage), 0, host.SwapFreeBytes));
    }

    HeldFile? Held(string name) => HeldFile.Open(Path.Combine(Folder, name));

    static long Read(HeldFile? file)
    {
        Span<byte> buffer = stackalloc byte[32];
        return file is not null && file.Read(buffer) is > 0 and var length ? KernelText.Number(buffer[..length]) : -1;
    }
}
