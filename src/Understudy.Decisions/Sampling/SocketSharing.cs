namespace Understudy.Decisions.Sampling;

/// <summary>
/// Which sockets are a connection opened before a fork: connected, held by two or more processes of an app, and with a peer that is none of
/// them. What looks like it and is harmless is left out.
/// </summary>
public static class SocketSharing
{
    const int StandardError = 2;

    /// <param name="held">Every socket of every process of one app, process by process.</param>
    /// <param name="sockets">Asked only where a socket is held more than once.</param>
    public static IReadOnlyList<SharedSocket> Find(IReadOnlyList<HeldSocket> held, Func<SocketTable> sockets)
    {
        // One holder is what nearly every socket has: only further ones cost a list.
        var first = new Dictionary<long, int>(held.Count);
        var several = new Dictionary<long, List<int>>();
        var standard = new HashSet<long>();
        foreach (var one in held)
        {
            if (one.Fd <= StandardError)
                standard.Add(one.Inode);
            if (first.TryAdd(one.Inode, one.Pid) || first[one.Inode] == one.Pid)
                continue;
            if (!several.TryGetValue(one.Inode, out var pids))
                several[one.Inode] = [first[one.Inode], one.Pid];
            else if (pids[^1] != one.Pid)
                pids.Add(one.Pid);
        }
        // On standard output nobody waits for an answer: it leads to a log collector.
        foreach (var inode in standard)
            several.Remove(inode);
        if (several.Count == 0)
            return [];
        var table = sockets();
        var listens = first.Keys.Select(table.Tcp).OfType<TcpSight>().Where(socket => socket.Listening).Select(socket => socket.Local.Port).ToHashSet();
        return [.. several.Select(pair => Shared(pair.Key, pair.Value, table, first, listens)).OfType<SharedSocket>().OrderBy(socket => socket.Inode)];
    }

    static SharedSocket? Shared(long inode, List<int> pids, SocketTable table, Dictionary<long, int> held, HashSet<int> listens)
    {
        pids.Sort();
        if (table.Tcp(inode) is { Listening: false } tcp)
        {
            var across = table.Across(tcp);
            // An end with no inode waits to be accepted, by whoever listens there.
            var inside = across is { } end && (end.Inode == 0 ? listens.Contains(tcp.Remote.Port) : held.ContainsKey(end.Inode));
            // A connection that the app accepted is a client's, and passes to whatever a request's handler forks: no process asks anything on it.
            return inside || listens.Contains(tcp.Local.Port) ? null : new(inode, tcp.Remote.ToString(), tcp.Remote.Port, across?.Inode ?? 0, tcp.Bytes, Counted: true, pids);
        }
        if (table.Unix(inode) is { Peer: not 0, Name: null } unix && !held.ContainsKey(unix.Peer))
        {
            var peer = table.Unix(unix.Peer);
            return new(inode, peer?.Name ?? "", 0, unix.Peer, unix.Waiting + (peer?.Waiting ?? 0), Counted: false, pids);
        }
        return null;
    }
}
