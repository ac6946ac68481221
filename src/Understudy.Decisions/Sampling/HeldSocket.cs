namespace Understudy.Decisions.Sampling;

/// <summary>A descriptor of a process that is a socket.</summary>
/// <param name="Inode">The socket's number in the kernel: the same in two processes means that it is one socket.</param>
public readonly record struct HeldSocket(int Pid, int Fd, long Inode);
