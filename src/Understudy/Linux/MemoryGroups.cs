namespace Understudy.Linux;

/// <summary>Finds the cgroup that limits the memory of a process.</summary>
static class MemoryGroups
{
    /// <summary>The folder with the smallest limit among a process's memory cgroup and those above it; null where none limits it.</summary>
    /// <param name="pid">`self` for this process.</param>
    /// <param name="leaf">A group of this name at the end is left out: the process's own, where others are limited together above it.</param>
    /// <param name="proc">Where the kernel's process files are mounted.</param>
    public static string? Limiting(string pid, string? leaf = null, string proc = "/proc")
    {
        var mounts = ProcFile.Text(Path.Combine(proc, "self", "mountinfo")) ?? "";
        var places = ProcFile.Text(Path.Combine(proc, pid, "cgroup")) ?? "";
        if (Of(mounts, places) is not var (mount, place))
            return null;
        return Tightest(mount, leaf is not null && Path.GetFileName(place) == leaf ? Path.GetDirectoryName(place)! : place);
    }

    /// <summary>Of a folder and those above it, up to the mount, the one with the smallest limit; null where none has one.</summary>
    public static string? Tightest(string mount, string place)
    {
        string? tightest = null;
        var least = long.MaxValue;
        for (var folder = Path.Join(mount, place).TrimEnd('/'); folder.Length >= mount.Length && folder.Length > 1; folder = Path.GetDirectoryName(folder)!)
        {
            using var group = MemoryGroup.Open(folder);
            if (group is null || group.LimitBytes >= least)
                continue;
            least = group.LimitBytes;
            tightest = folder;
        }
        return tightest;
    }

    /// <summary>Where v1 owns the memory controller it is asked, else v2.</summary>
    static (string Mount, string Place)? Of(string mounts, string places)
    {
        foreach (var line in places.Split('\n'))
        {
            // number:controllers:place, where v2 has no controllers.
            if (line.Split(':', 3) is [_, var controllers, var place] && controllers.Split(',').Contains("memory") && Cgroups.FindMount(mounts, "memory") is { } separate)
                return (separate, place);
        }
        foreach (var line in places.Split('\n'))
        {
            if (line.StartsWith("0::", StringComparison.Ordinal) && Cgroups.FindMount(mounts) is { } unified)
                return (unified, line[3..]);
        }
        return null;
    }
}
