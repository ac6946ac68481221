using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>One look at what the kernel knows of the workers that probes cannot tell.</summary>
/// <param name="mounts">The text of /proc/self/mountinfo.</param>
/// <param name="listeners">The host's listening sockets; null where the kernel does not tell.</param>
sealed class AilmentScan(IOwnership ownership, ProcessTable processes, string mounts, Func<IReadOnlyList<TcpSight>?> listeners)
{
    readonly Dictionary<(string Id, int Leader), GroupMemoryFile?> _groups = [];

    public AilmentScan(IOwnership ownership) : this(ownership, new ProcessTable(), ProcFile.Text("/proc/self/mountinfo") ?? "", SocketDiag.Listeners) { }

    public IReadOnlyList<WorkerSight> Look(IReadOnlyList<RunningWorker> workers)
    {
        foreach (var gone in _groups.Keys.Except(workers.Select(worker => (worker.Id, worker.Leader))).ToList())
            _groups.Remove(gone);
        var queues = Queues();
        return [.. workers.Where(worker => worker.Leader != 0).Select(worker => new WorkerSight(
            worker.Id, worker.Port, Blocked(worker), queues.TryGetValue(worker.Port, out var queue) ? queue : null, worker.Requests, Group(worker)?.Read()))];
    }

    /// <summary>By port; several listeners on one port share the connections that come.</summary>
    Dictionary<int, AcceptQueue> Queues() =>
        (listeners() ?? []).GroupBy(one => one.Local.Port).ToDictionary(port => port.Key, port => new AcceptQueue(port.Sum(one => one.Waiting), port.Sum(one => one.Backlog)));

    List<BlockedProcess> Blocked(RunningWorker worker)
    {
        var blocked = new List<BlockedProcess>();
        foreach (var pid in ownership.Processes(worker.Id, worker.Leader))
        {
            if (processes.Stat(pid) is { State: 'D' } stat && processes.Switches(pid) is { } switches)
                blocked.Add(new BlockedProcess(pid, stat.StartTicks, switches, processes.WaitsIn(pid)));
        }
        return blocked;
    }

    GroupMemoryFile? Group(RunningWorker worker)
    {
        if (!_groups.TryGetValue((worker.Id, worker.Leader), out var group))
            _groups[(worker.Id, worker.Leader)] = group = GroupMemoryFile.Of(processes.Groups(worker.Leader), mounts);
        return group;
    }
}
