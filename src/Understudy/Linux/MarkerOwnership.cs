using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>
/// Without cgroup rights: the worker's process group, and whatever carries its marker in the environment. Best effort: a process that left
/// its session and cleared its environment is missed. The agent is made the subreaper, so that orphans stay below it while it lives.
/// </summary>
sealed partial class MarkerOwnership : IOwnership
{
    /// <summary>Set in each worker's environment: the root's key, a slash, the worker's id.</summary>
    public const string Marker = "UNDERSTUDY_WORKER";

    readonly string _key;
    readonly string _why;

    readonly ProcessTable _processes;

    /// <param name="why">There are no cgroups.</param>
    /// <param name="proc">/proc, or a folder like it.</param>
    public MarkerOwnership(string key, string why, string proc = "/proc")
    {
        _key = key;
        _why = why;
        _processes = new ProcessTable(proc);
        const int SetChildSubreaper = 36;
        _ = prctl(SetChildSubreaper, 1, 0, 0, 0);
    }

    public string Key => _key;

    public string Describe => "best effort: " + _why;

    public string? Prepare(string id) => null;

    public string? CgroupOf(string id) => null;

    public IReadOnlyList<int> Processes(string id, int leader) => [.. Marked().Where(found => found.Id == id).Select(found => found.Pid)];

    public void Signal(string id, int leader, Signal signal)
    {
        foreach (var pid in Processes(id, leader))
        {
            using var process = PidFd.Open(pid);
            if (process is not null && MarkOf(pid) == id)
                process.Send(signal);
        }
    }

    public void Kill(string id, int leader) => Signal(id, leader, Linux.Signal.Kill);

    public bool Release(string id) => true;

    public IReadOnlyDictionary<string, IReadOnlyList<int>> All() =>
        Marked().GroupBy(found => found.Id).ToDictionary(group => group.Key, group => (IReadOnlyList<int>)[.. group.Select(found => found.Pid)]);

    public IReadOnlyList<string> Found() => [.. Marked().Select(found => found.Id).Distinct()];

    public void End() { }

    IEnumerable<(int Pid, string Id)> Marked()
    {
        foreach (var pid in _processes.Pids())
        {
            if (MarkOf(pid) is { } id && _processes.Living(pid) is not null)
                yield return (pid, id);
        }
    }

    string? MarkOf(int pid) => MarkOf(_processes, _key, pid);

    /// <summary>Whose a process says that it is; null: nobody's of this root. What is in another pid namespace is a container's, whose root may have the same name.</summary>
    public static string? MarkOf(ProcessTable processes, string key, int pid) =>
        processes.Variable(pid, "UNDERSTUDY_WORKER"u8) is { } mark && mark.StartsWith(key + "/", StringComparison.Ordinal) && processes.SharesNamespace(pid) ? mark[(key.Length + 1)..] : null;

    [LibraryImport("libc")]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);
}
