using Understudy.Decisions.Doctor;
using Understudy.Linux;

namespace Understudy.Doctor;

/// <summary>Logs that nobody keeps within bounds: those in the apps' folders, and whatever else their processes have open that is named one.</summary>
static class LogLook
{
    /// <param name="ours">The folder of the logs that Understudy archives by size.</param>
    /// <param name="archiveBytes">At which size it does; a live log may be somewhat larger.</param>
    public static IReadOnlyList<LogSight> Of(IEnumerable<string> appFolders, IEnumerable<int> pids, OpenFiles open, string ours, long archiveBytes, DateTimeOffset now)
    {
        var inFolders = appFolders.SelectMany(folder => (string[])[Path.Combine(folder, "log"), Path.Combine(folder, "shared", "log")]).Append(ours).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.log", new EnumerationOptions { RecurseSubdirectories = folder == ours, IgnoreInaccessible = true }));
        var paths = inFolders.Concat(pids.SelectMany(open.Paths).Where(path => path.EndsWith(".log", StringComparison.Ordinal)));
        var sights = new Dictionary<FileIdentity, LogSight>();
        foreach (var path in paths.Distinct())
        {
            if (FileIdentity.Of(path) is not { } identity || sights.ContainsKey(identity) || FileUse.Of(path) is not { } use || FileSystemSpace.Of(path) is not { } space)
                continue;
            if (path.StartsWith(Path.Combine(ours, "workers") + "/", StringComparison.Ordinal) && use.Bytes <= 2 * archiveBytes)
                continue;
            // Younger than an hour, a rate says nothing of a day.
            var age = use.MadeAt is { } made ? now - made : TimeSpan.Zero;
            sights[identity] = new LogSight(path, use.Bytes, age >= TimeSpan.FromHours(1) ? (long)(use.Bytes / age.TotalDays) : 0, space.FreeBytes);
        }
        return [.. sights.Values.OrderByDescending(log => log.Bytes)];
    }
}
