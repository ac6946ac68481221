namespace Understudy.Decisions.Sampling;

/// <summary>A TCP socket as the kernel tells of it.</summary>
/// <param name="Inode">0: it is not accepted yet, or nobody's any more.</param>
/// <param name="Listening">Else it is an established connection.</param>
/// <param name="Bytes">What the peer has acknowledged and sent, together; 0 for a listener.</param>
/// <param name="Waiting">Bytes not read yet; of a listener the connections that wait to be accepted.</param>
/// <param name="Backlog">Of a listener: how many may wait.</param>
public readonly record struct TcpSight(long Inode, TcpEnd Local, TcpEnd Remote, bool Listening, long Bytes, long Waiting, long Backlog);
