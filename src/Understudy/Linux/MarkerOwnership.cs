using System.Globalization;
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

    public MarkerOwnership(string key, string why)
    {
        _key = key;
        _why = why;
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

    public IReadOnlyList<string> Found() => [.. Marked().Select(found => found.Id).Distinct()];

    public void End() { }

    IEnumerable<(int Pid, string Id)> Marked()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && MarkOf(pid) is { } id && ProcessStat.Read(pid) is { State: not ('Z' or 'X') })
                yield return (pid, id);
        }
    }

    string? MarkOf(int pid)
    {
        var wanted = Marker + "=" + _key + "/";
        foreach (var pair in (ProcFile.Text($"/proc/{pid}/environ") ?? "").Split('\0'))
        {
            if (pair.StartsWith(wanted, StringComparison.Ordinal))
                return pair[wanted.Length..];
        }
        return null;
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);
}
