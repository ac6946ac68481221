using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>One look at which connections the processes of the host's apps share.</summary>
/// <param name="table">The kernel's sockets; null where it does not tell.</param>
sealed class ConnectionScan(IOwnership ownership, ProcessTable processes, Func<SocketTable?> table)
{
    readonly OpenSockets _sockets = new(processes.Root);
    readonly List<HeldSocket> _held = [];

    /// <summary>Programs at the other end, by its inode; empty: looked for and not found.</summary>
    readonly Dictionary<long, string> _programs = [];

    public ConnectionScan(IOwnership ownership) : this(ownership, new ProcessTable(), SocketDiag.Table) { }

    /// <summary>Processes that the last look went through.</summary>
    public int Processes { get; private set; }

    public IReadOnlyList<ConnectionSight> Look(IEnumerable<RunningWorker> workers)
    {
        SocketTable? known = null;
        var found = new List<(string App, SharedSocket Socket, Dictionary<int, RunningWorker> Of)>();
        Processes = 0;
        foreach (var app in workers.GroupBy(worker => worker.App))
        {
            var of = new Dictionary<int, RunningWorker>();
            _held.Clear();
            foreach (var worker in app)
            {
                foreach (var pid in ownership.Processes(worker.Id, worker.Leader))
                {
                    of[pid] = worker;
                    _sockets.Collect(pid, _held);
                }
            }
            Processes += of.Count;
            foreach (var socket in SocketSharing.Find(_held, () => known ??= table() ?? new SocketTable([], [])))
                found.Add((app.Key, socket, of));
        }
        Name([.. found.Select(one => one.Socket.PeerInode).Where(inode => inode != 0)]);
        return [.. found.Select(one => Sight(one.App, one.Socket, one.Of)).OfType<ConnectionSight>()];
    }

    void Name(HashSet<long> peers)
    {
        foreach (var gone in _programs.Keys.Where(inode => !peers.Contains(inode)).ToList())
            _programs.Remove(gone);
        peers.ExceptWith(_programs.Keys);
        if (peers.Count == 0)
            return;
        var programs = SocketOwners.Find(peers, processes);
        foreach (var peer in peers)
            _programs[peer] = programs.TryGetValue(peer, out var found) ? found.Program : "";
    }

    /// <summary>Null when fewer than two of its holders are still there.</summary>
    ConnectionSight? Sight(string app, SharedSocket socket, Dictionary<int, RunningWorker> of)
    {
        var holders = new List<ConnectionHolder>();
        foreach (var pid in socket.Pids)
        {
            if (processes.Stat(pid) is { } stat)
                holders.Add(new ConnectionHolder(pid, stat.StartedAt, of[pid].Name));
        }
        if (holders.Count < 2)
            return null;
        var first = of[holders[0].Pid];
        var commands = holders.Select(holder => holder.Pid).Append(first.Leader).Select(processes.CommandLine).OfType<string>();
        var peer = PeerName.Of(socket, _programs.GetValueOrDefault(socket.PeerInode));
        return new ConnectionSight(app, first.Pool, peer, socket, holders, AfterFork.Remedy(commands)) { NoticesFork = ForkNotice.Expected(socket, peer, processes.Program(holders[0].Pid)) };
    }
}
