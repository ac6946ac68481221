using Understudy.Decisions.Doctor;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Doctor;

/// <summary>Listeners that other machines can reach and should not: workers', and those of stores that ask for no password.</summary>
static class PortLook
{
    public static IReadOnlyList<PortSight> Of(IReadOnlyList<FoundWorker> workers, IReadOnlyList<TcpSight> listeners, ProcessTable processes)
    {
        var owners = new Dictionary<long, (string Worker, int Pid)>();
        var sockets = new OpenSockets(processes.Root);
        var held = new List<HeldSocket>();
        foreach (var worker in workers)
        {
            foreach (var pid in worker.Pids)
            {
                held.Clear();
                sockets.Collect(pid, held);
                foreach (var one in held)
                    owners.TryAdd(one.Inode, (worker.Name, pid));
            }
        }
        var ours = listeners.Where(one => !one.Local.IsLoopback && owners.ContainsKey(one.Inode)).Select(one => new PortSight(owners[one.Inode].Worker, owners[one.Inode].Pid, one.Local, Worker: true));
        return [.. ours, .. Stores([.. listeners.Where(one => one.Local.IsAny && !owners.ContainsKey(one.Inode) && PeerName.ByCustom(one.Local.Port) is not null)], processes)];
    }

    static IEnumerable<PortSight> Stores(List<TcpSight> listeners, ProcessTable processes)
    {
        if (listeners.Count == 0)
            return [];
        var programs = SocketOwners.Find(listeners.Select(one => one.Inode).ToHashSet(), processes);
        return listeners.Select(one => programs.TryGetValue(one.Inode, out var found)
            ? new PortSight(found.Program, found.Pid, one.Local, Worker: false)
            : new PortSight(PeerName.ByCustom(one.Local.Port)!, 0, one.Local, Worker: false));
    }
}
