using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>Which program has a socket. Looks through every process of the host, so it is asked only when a name is wanted.</summary>
static class SocketOwners
{
    /// <summary>The first process that is found to hold this socket; 0: none.</summary>
    public static int Holder(long inode, ProcessTable processes)
    {
        var sockets = new OpenSockets(processes.Root);
        var held = new List<HeldSocket>();
        foreach (var pid in processes.Pids())
        {
            held.Clear();
            sockets.Collect(pid, held);
            if (held.Exists(one => one.Inode == inode))
                return pid;
        }
        return 0;
    }

    /// <summary>The first process that is found to hold each of these sockets, and its program's name.</summary>
    public static IReadOnlyDictionary<long, (int Pid, string Program)> Find(IReadOnlySet<long> inodes, ProcessTable processes)
    {
        var found = new Dictionary<long, (int, string)>();
        var sockets = new OpenSockets(processes.Root);
        var held = new List<HeldSocket>();
        foreach (var pid in processes.Pids())
        {
            if (found.Count == inodes.Count)
                break;
            held.Clear();
            sockets.Collect(pid, held);
            foreach (var one in held)
            {
                if (inodes.Contains(one.Inode) && !found.ContainsKey(one.Inode) && processes.Stat(pid) is { } stat)
                    found[one.Inode] = (pid, stat.Name);
            }
        }
        return found;
    }
}
