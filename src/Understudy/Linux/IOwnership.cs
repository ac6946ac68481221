namespace Understudy.Linux;

/// <summary>How the processes of a worker are known to be ours: by their cgroup, or without such rights by a marker in their environment.</summary>
interface IOwnership
{
    /// <summary>"cgroup", or "best effort" with the reason.</summary>
    string Describe { get; }

    /// <summary>Tells this root's processes from those of another root on the same machine.</summary>
    string Key { get; }

    /// <summary>Makes what a new worker needs before it starts. The folder to enter, or null.</summary>
    string? Prepare(string id);

    /// <summary>The folder of a living worker's cgroup, or null.</summary>
    string? CgroupOf(string id);

    /// <summary>Every process of the worker now. The leader is its first process, 0 if unknown.</summary>
    IReadOnlyList<int> Processes(string id, int leader);

    /// <summary>A signal to each of its processes.</summary>
    void Signal(string id, int leader, Signal signal);

    /// <summary>Kills every process of the worker at once, whatever it forked into.</summary>
    void Kill(string id, int leader);

    /// <summary>Removes what Prepare made. False while a process is left.</summary>
    bool Release(string id);

    /// <summary>Ids of all workers of this root that have left a trace, with or without living processes.</summary>
    IReadOnlyList<string> Found();

    /// <summary>The same with the processes of each, in one look; those that have none too.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<int>> All();

    /// <summary>Removes what this root has made for ownership itself, once all its workers are released.</summary>
    void End();
}
