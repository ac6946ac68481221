using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>Where memory is watched: the host's files and those of the workers' limited group, all opened beforehand. Looking allocates nothing.</summary>
sealed class MemorySources : IDisposable
{
    readonly HostMemory? _host;
    readonly PressureFile? _hostPressure;
    readonly PressureFile? _groupPressure;
    readonly MemoryTrend _hostTrend = new();
    readonly MemoryTrend _groupTrend = new();
    MemoryGroup? _group;
    MemoryGroup? _next;

    /// <param name="workers">The cgroup (v2) that holds all workers, for its pressure; null: none.</param>
    /// <param name="proc">Where the kernel's process files are mounted.</param>
    public MemorySources(string? workers, string proc = "/proc")
    {
        _host = HostMemory.Open(proc);
        _hostPressure = PressureFile.OfHost(proc);
        _groupPressure = workers is null ? null : PressureFile.OfGroup(workers);
    }

    /// <summary>The folder of the group that is watched, or is about to be; null: none.</summary>
    public string? GroupFolder { get; private set; }

    /// <summary>From another thread: a group to watch from the next look on.</summary>
    public void Watch(string folder)
    {
        if (folder == GroupFolder || MemoryGroup.Open(folder) is not { } group)
            return;
        GroupFolder = folder;
        Interlocked.Exchange(ref _next, group)?.Dispose();
    }

    /// <summary>The worse of host and group. False when the host's memory cannot be read.</summary>
    public bool Look(TimeSpan now, ref GuardSight sight)
    {
        MemoryLevel host = default;
        if (_host is null || !_host.Read(ref host))
            return false;
        MemoryPressure pressure = default;
        _hostPressure?.Read(ref pressure);
        _hostTrend.Add(now, host.LeftBytes);
        sight = new GuardSight(host, pressure, _hostTrend.FallingBytesPerSecond);
        TakeNext();
        MemoryLevel level = default;
        if (_group is null || !_group.Read(host, ref level))
            return true;
        _groupTrend.Add(now, level.LeftBytes);
        MemoryPressure stall = default;
        _groupPressure?.Read(ref stall);
        sight = GuardSight.Worse(sight, new GuardSight(level, stall, _groupTrend.FallingBytesPerSecond, _group.Stuck, OfGroup: true));
        return true;
    }

    public void Dispose()
    {
        _host?.Dispose();
        _hostPressure?.Dispose();
        _groupPressure?.Dispose();
        _group?.Dispose();
        _next?.Dispose();
    }

    void TakeNext()
    {
        if (Interlocked.Exchange(ref _next, null) is not { } next)
            return;
        _group?.Dispose();
        _group = next;
        _groupTrend.Clear();
    }
}
