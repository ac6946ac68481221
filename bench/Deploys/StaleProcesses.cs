using System.Globalization;

namespace Understudy.Bench.Deploys;

/// <summary>What a deploy left behind: processes of an older release, and commands of the deploy that never ended.</summary>
static class StaleProcesses
{
    /// <summary>By their environment, and by their cgroups for those that cleared it.</summary>
    public static IReadOnlyList<string> Of(DeployHost host, string app)
    {
        var current = host.CurrentRelease(app);
        var workers = host.Workers().Where(worker => worker.App == app && worker.Release == current).Select(worker => $"{app}.{worker.Worker}").ToHashSet();
        var found = new SortedDictionary<int, string>();
        foreach (var (group, pid) in host.Groups.Of(app).Where(one => !workers.Contains(one.Group)))
            found[pid] = $"process {pid} in the group {group}";
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Release(entry, host.Root, app) is { } release && release != current)
                found[pid] = $"process {pid} of {release}";
        return [.. found.Values];
    }

    static string? Release(string entry, string root, string app)
    {
        try
        {
            var environment = File.ReadAllText(Path.Combine(entry, "environ"));
            return environment.Contains(root, StringComparison.Ordinal) && environment.Split('\0') is var variables && variables.Contains("UNDERSTUDY_APP=" + app)
                ? variables.FirstOrDefault(one => one.StartsWith("UNDERSTUDY_RELEASE=", StringComparison.Ordinal))?["UNDERSTUDY_RELEASE=".Length..]
                : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
