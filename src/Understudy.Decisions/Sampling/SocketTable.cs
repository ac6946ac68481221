namespace Understudy.Decisions.Sampling;

/// <summary>The host's stream sockets, found by what is known of one.</summary>
public sealed class SocketTable
{
    readonly Dictionary<long, TcpSight> _tcp = [];
    readonly Dictionary<(TcpEnd Local, TcpEnd Remote), TcpSight> _byEnds = [];
    readonly Dictionary<long, UnixSight> _unix = [];

    public SocketTable(IEnumerable<TcpSight> tcp, IEnumerable<UnixSight> unix)
    {
        foreach (var socket in tcp)
        {
            if (socket.Inode != 0)
                _tcp[socket.Inode] = socket;
            if (!socket.Listening)
                _byEnds[(socket.Local, socket.Remote)] = socket;
        }
        foreach (var socket in unix)
            _unix[socket.Inode] = socket;
    }

    public TcpSight? Tcp(long inode) => _tcp.TryGetValue(inode, out var found) ? found : null;

    public UnixSight? Unix(long inode) => _unix.TryGetValue(inode, out var found) ? found : null;

    /// <summary>The other end of a connection within this host.</summary>
    public TcpSight? Across(TcpSight connection) => _byEnds.TryGetValue((connection.Remote, connection.Local), out var found) ? found : null;
}
