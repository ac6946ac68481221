using System.Text;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>Processes that may be killed when memory is as good as gone, by a handle opened beforehand.</summary>
sealed class KillTarget : IDisposable
{
    readonly HeldFile? _group;
    readonly PidFd? _leader;
    int _killed;

    KillTarget(string id, HeldFile? group, PidFd? leader)
    {
        Id = id;
        Name = Encoding.UTF8.GetBytes(id);
        _group = group;
        _leader = leader;
    }

    public string Id { get; }

    /// <summary>The id as it is logged.</summary>
    public byte[] Name { get; }

    /// <summary>It is in no pool's set.</summary>
    public bool Stale { get; init; }

    /// <summary>It was told to leave, and holds more than its budget.</summary>
    public bool Leaves { get; set; }

    /// <summary>How many times its budget it holds; the largest goes first.</summary>
    public double Excess { get; set; }

    /// <summary>It was killed, and that has not been told yet.</summary>
    public bool TakeKilled() => Interlocked.CompareExchange(ref _killed, 2, 1) == 1;

    public bool WasKilled => Volatile.Read(ref _killed) != 0;

    /// <summary>Null where neither its cgroup nor its first process can be held.</summary>
    /// <param name="cgroup">Its cgroup (v2); null where it has none: then only its first process is killed here, and the agent sees to the rest.</param>
    public static KillTarget? Open(string id, string? cgroup, int leader, long startTicks, bool stale)
    {
        var group = cgroup is null ? null : HeldFile.OpenWriting(Path.Combine(cgroup, "cgroup.kill"));
        var process = group is null ? PidFd.Open(leader, startTicks) : null;
        return group is null && process is null ? null : new KillTarget(id, group, process) { Stale = stale };
    }

    /// <summary>Allocates nothing. False when it is gone, or was killed before.</summary>
    public bool Kill()
    {
        if (WasKilled || !(_group?.Write("1"u8) ?? _leader!.Send(Signal.Kill)))
            return false;
        Volatile.Write(ref _killed, 1);
        return true;
    }

    public void Dispose()
    {
        _group?.Dispose();
        _leader?.Dispose();
    }
}
