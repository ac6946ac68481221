namespace Understudy.Decisions.Sampling;

/// <summary>A process that carries our mark, or was seen in a group of ours, and is in another cgroup now.</summary>
/// <param name="Id">The owner whose it was.</param>
/// <param name="Place">The cgroup that it is in, from the mount of cgroup v2.</param>
public sealed record MovedProcess(OwnedProcess Process, string Id, string Place);
