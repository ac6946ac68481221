namespace Understudy.Linux;

/// <summary>One cgroup (v2) per worker: only it survives double fork, setsid and a cleared environment.</summary>
sealed class CgroupOwnership(string folder) : IOwnership
{
    static readonly ProcessTable Table = new();

    /// <summary>The folder below which each worker has its own.</summary>
    public string Folder { get; } = folder;

    public string Describe => "cgroup";

    public string Key { get; } = Path.GetFileName(Path.GetDirectoryName(folder)!)[Ownership.GroupPrefix.Length..];

    public string? Prepare(string id)
    {
        Directory.CreateDirectory(PathOf(id));
        return PathOf(id);
    }

    public string? CgroupOf(string id) => Directory.Exists(PathOf(id)) ? PathOf(id) : null;

    public IReadOnlyList<int> Processes(string id, int leader)
    {
        var found = new List<int>();
        Collect(PathOf(id), found);
        return found;
    }

    public void Signal(string id, int leader, Signal signal)
    {
        foreach (var pid in Processes(id, leader))
        {
            using var process = PidFd.Open(pid);
            // Between listing and opening, the pid may have passed to a stranger: ask the kernel again whose it is.
            if (process is not null && IsIn(pid, id))
                process.Send(signal);
        }
    }

    public void Kill(string id, int leader)
    {
        try
        {
            File.WriteAllText(Path.Combine(PathOf(id), "cgroup.kill"), "1");
        }
        catch (FileNotFoundException)
        {
            // Kernels before 5.14 have no cgroup.kill.
            Signal(id, leader, Linux.Signal.Kill);
        }
        catch (IOException)
        {
            // Gone already.
        }
    }

    public bool Release(string id) => Cgroups.Remove(PathOf(id));

    public IReadOnlyList<string> Found() =>
        Directory.Exists(Folder) ? [.. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!)] : [];

    public IReadOnlyDictionary<string, IReadOnlyList<int>> All() => Found().ToDictionary(id => id, id => Processes(id, 0));

    /// <summary>Whether a place in the hierarchy, as /proc/PID/cgroup has it, is the group of a worker of this root or below it.</summary>
    public bool Holds(string place, string id = "")
    {
        var group = $"/{Ownership.GroupPrefix}{Key}/{Path.GetFileName(Folder)}/{id}";
        var at = place.IndexOf(group, StringComparison.Ordinal);
        var end = at + group.Length;
        return at >= 0 && (id.Length == 0 || end == place.Length || place[end] == '/');
    }

    public void End()
    {
        Cgroups.Remove(Path.GetDirectoryName(Folder)!);
        ResourceLimits.End(Key);
    }

    bool IsIn(int pid, string id) => Table.Groups(pid)?.Unified is { } place && Holds(place, id);

    string PathOf(string id) => Path.Combine(Folder, id);

    static void Collect(string folder, List<int> found)
    {
        CgroupProcesses.Read(folder, found);
        try
        {
            foreach (var child in Directory.EnumerateDirectories(folder))
                Collect(child, found);
        }
        catch (IOException) { }
    }
}
