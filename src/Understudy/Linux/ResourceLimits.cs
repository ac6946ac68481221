using System.Globalization;

namespace Understudy.Linux;

/// <summary>Where the limits of this root's commands can be set: on their own cgroup, or on groups of v1 where that owns the controllers.</summary>
sealed class ResourceLimits
{
    static readonly (string Controller, string Words)[] Known = [("memory", "memory"), ("pids", "number of processes"), ("cpu", "share of CPU")];

    readonly HashSet<string> _unified = [];
    readonly Dictionary<string, string> _separate = [];

    ResourceLimits() { }

    /// <summary>Which limits hold, in words.</summary>
    public string Describe
    {
        get
        {
            var held = Known.Where(known => Holds(known.Controller)).Select(known => known.Words).ToList();
            var lacking = Known.Where(known => !Holds(known.Controller)).Select(known => known.Words).ToList();
            return held.Count == 0 ? "none but the deadline: no right to limit cgroups"
                : lacking.Count == 0 ? string.Join(", ", held)
                : $"{string.Join(", ", held)}; not {string.Join(", ", lacking)}: no such cgroup controller is to be had";
        }
    }

    /// <summary>Looks where they can be set, and removes the groups that a killed agent has left empty: one of these per agent.</summary>
    public static ResourceLimits For(IOwnership ownership)
    {
        var limits = new ResourceLimits();
        if (ownership is not CgroupOwnership own)
            return limits;
        var enabled = (ProcFile.Text(Path.Combine(own.Folder, "cgroup.subtree_control")) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var (controller, _) in Known)
        {
            if (enabled.Contains(controller))
                limits._unified.Add(controller);
            else if (SeparateFolder(controller, own.Key) is { } folder && Make(folder))
                limits._separate[controller] = folder;
        }
        foreach (var left in limits._separate.Values.SelectMany(Directory.GetDirectories))
            Cgroups.Remove(left);
        return limits;
    }

    /// <summary>Whether memory can be limited for what this owns. Nothing is made.</summary>
    public static bool CanLimitMemory(IOwnership ownership) => ownership is not CgroupOwnership own
        || (ProcFile.Text(Path.Combine(own.Folder, "cgroup.subtree_control")) ?? "").Split([' ', '\n']).Contains("memory")
        || (SeparateFolder("memory", own.Key) is { } folder && Directory.Exists(folder));

    /// <summary>Removes the v1 groups of a root whose processes are all gone.</summary>
    public static void End(string key)
    {
        foreach (var (controller, _) in Known)
        {
            if (SeparateFolder(controller, key) is { } folder)
                Cgroups.Remove(folder);
        }
    }

    /// <summary>Limits one command before it starts. What has no controller here is not limited.</summary>
    /// <param name="cgroup">Its own cgroup (v2); null where it has none.</param>
    /// <param name="yields">It gets a fifth of another's CPU when both want it.</param>
    /// <exception cref="IOException">The kernel refuses a limit.</exception>
    public LimitedGroups Set(string id, string? cgroup, long? memoryBytes, int? processes, bool yields)
    {
        var groups = new LimitedGroups(cgroup);
        try
        {
            if (memoryBytes is { } bytes)
            {
                if (_unified.Contains("memory") && cgroup is not null)
                    groups.LimitMemory(cgroup, bytes);
                else if (_separate.TryGetValue("memory", out var folder))
                    groups.LimitSeparateMemory(Path.Combine(folder, id), bytes);
            }
            if (processes is { } most)
                Set(groups, "pids", id, "pids.max", "pids.max", most, most);
            if (yields)
                Set(groups, "cpu", id, "cpu.weight", "cpu.shares", 20, 205);
            return groups;
        }
        catch
        {
            groups.Remove();
            throw;
        }
    }

    void Set(LimitedGroups groups, string controller, string id, string unifiedFile, string separateFile, int unified, int separate)
    {
        if (_unified.Contains(controller) && groups.Own is { } own)
            LimitedGroups.Write(own, unifiedFile, unified);
        else if (_separate.TryGetValue(controller, out var folder))
            LimitedGroups.Write(groups.Add(Path.Combine(folder, id)), separateFile, separate);
    }

    bool Holds(string controller) => _unified.Contains(controller) || _separate.ContainsKey(controller);

    internal static string? SeparateFolder(string controller, string key) =>
        Cgroups.FindMount(ProcFile.Text("/proc/self/mountinfo") ?? "", controller) is { } mount ? Path.Combine(mount, Ownership.GroupPrefix + key) : null;

    static bool Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>The groups that limit one command.</summary>
/// <param name="own">Its own cgroup (v2), which another removes; null where it has none.</param>
sealed class LimitedGroups(string? own)
{
    readonly List<string> _separate = [];
    string? _memoryEvents;

    public string? Own => own;

    /// <summary>Groups of v1 that the command must enter too.</summary>
    public IReadOnlyList<string> Separate => _separate;

    /// <summary>True once a process was killed because the memory limit was reached.</summary>
    public bool OutOfMemory => _memoryEvents is { } file && KilledBy(ProcFile.Text(file) ?? "") > 0;

    /// <summary>The count of kills in memory.events (v2) or memory.oom_control (v1).</summary>
    public static long KilledBy(string events)
    {
        foreach (var line in events.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("oom_kill ") && long.TryParse(line["oom_kill ".Length..], CultureInfo.InvariantCulture, out var count))
                return count;
        }
        return 0;
    }

    public void LimitMemory(string folder, long bytes)
    {
        Write(folder, "memory.max", bytes);
        TryWrite(folder, "memory.swap.max", 0);
        TryWrite(folder, "memory.oom.group", 1);
        _memoryEvents = Path.Combine(folder, "memory.events");
    }

    public void LimitSeparateMemory(string folder, long bytes)
    {
        Write(Add(folder), "memory.limit_in_bytes", bytes);
        // The sum of memory and swap; there where swap is accounted.
        TryWrite(folder, "memory.memsw.limit_in_bytes", bytes);
        _memoryEvents = Path.Combine(folder, "memory.oom_control");
    }

    /// <summary>A fresh group of v1.</summary>
    public string Add(string folder)
    {
        Cgroups.Remove(folder);
        Directory.CreateDirectory(folder);
        _separate.Add(folder);
        return folder;
    }

    /// <summary>Removes the groups of v1. False while a process is left in one.</summary>
    public bool Remove() => _separate.All(Cgroups.Remove);

    public static void Write(string folder, string file, long value) => File.WriteAllText(Path.Combine(folder, file), value.ToString(CultureInfo.InvariantCulture));

    internal static void TryWrite(string folder, string file, long value)
    {
        try { Write(folder, file, value); }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException) { }
    }
}
