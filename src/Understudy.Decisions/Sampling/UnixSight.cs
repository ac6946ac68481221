namespace Understudy.Decisions.Sampling;

/// <summary>A connected unix stream socket as the kernel tells of it.</summary>
/// <param name="Peer">The inode of the other end; 0 when that is closed.</param>
/// <param name="Name">The path that it is bound to; an accepted one bears its listener's. Null: none.</param>
/// <param name="Waiting">Bytes not read yet.</param>
public readonly record struct UnixSight(long Inode, long Peer, string? Name, long Waiting);
