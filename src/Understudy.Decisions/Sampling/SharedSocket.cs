namespace Understudy.Decisions.Sampling;

/// <summary>A connection to somebody outside that several processes of one app hold.</summary>
/// <param name="Peer">Who is at the other end: an address and port, or a unix socket's path; empty for a unix peer without one.</param>
/// <param name="PeerPort">0 for a unix socket.</param>
/// <param name="PeerInode">The other end's socket where it is on this host; else 0.</param>
/// <param name="Mark">What has gone over it: for TCP the bytes both ways. For a unix socket, whose bytes nobody counts, those that lie unread.</param>
/// <param name="Counted">Whether Mark counts all that ever went over it.</param>
/// <param name="Pids">Who holds it, in ascending order.</param>
public sealed record SharedSocket(long Inode, string Peer, int PeerPort, long PeerInode, long Mark, bool Counted, IReadOnlyList<int> Pids);
