namespace Understudy.Linux;

/// <summary>The cgroup v2 hierarchy of this machine.</summary>
static class Cgroups
{
    /// <summary>Where cgroup v2 is mounted: /sys/fs/cgroup, or its `unified` folder where v1 owns the controllers. Null: nowhere.</summary>
    public static string? Mount { get; } = FindMount(ProcFile.Text("/proc/self/mountinfo") ?? "");

    /// <summary>The mount point of the first cgroup2 line of a mountinfo text.</summary>
    public static string? FindMount(string mountinfo)
    {
        foreach (var line in mountinfo.Split('\n'))
        {
            var separator = line.IndexOf(" - cgroup2 ", StringComparison.Ordinal);
            if (separator > 0)
                return line[..separator].Split(' ')[4];
        }
        return null;
    }

    /// <summary>Where v1 has a controller such as `memory`; null where v2 owns it, or nobody.</summary>
    public static string? FindMount(string mountinfo, string controller)
    {
        foreach (var line in mountinfo.Split('\n'))
        {
            var separator = line.IndexOf(" - cgroup ", StringComparison.Ordinal);
            // After the dash: type, source, options of the hierarchy, its controllers among them.
            if (separator > 0 && line[separator..].Split(' ') is [.., var options] && options.Split(',').Contains(controller))
                return line[..separator].Split(' ')[4];
        }
        return null;
    }

    /// <summary>This process's own place in the hierarchy, such as /system.slice/understudy.service.</summary>
    public static string OwnPlace => (ProcFile.Text("/proc/self/cgroup") ?? "").Split('\n').FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..] ?? "/";

    /// <summary>Hands every controller that is free here down to a folder's children, so that limits can be set on them. Those refused are left.</summary>
    public static void EnableControllers(string folder)
    {
        foreach (var controller in (ProcFile.Text(Path.Combine(folder, "cgroup.controllers")) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            try { File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "+" + controller); }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException) { }
        }
    }

    /// <summary>Removes a group and the groups below it. False while a process is left in one.</summary>
    public static bool Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return true;
        try
        {
            foreach (var child in Directory.EnumerateDirectories(folder))
            {
                if (!Remove(child))
                    return false;
            }
            return Files.RemoveFolder(folder);
        }
        catch (IOException)
        {
            return !Directory.Exists(folder);
        }
    }
}
