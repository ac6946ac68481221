using System.Globalization;

namespace Understudy.Linux;

/// <summary>What a process has open, from /proc/PID/fd and /proc/PID/limits.</summary>
/// <param name="proc">/proc, or a folder like it.</param>
sealed class OpenFiles(string proc = "/proc")
{
    /// <summary>How many it has and may have open at most; long.MaxValue: any number. Null when it is gone or may not be looked at.</summary>
    public (long Open, long Limit)? Count(int pid)
    {
        if (Descriptors(pid) is not { } descriptors || ProcFile.Text($"{proc}/{pid}/limits") is not { } limits || Limit(limits) is not { } limit)
            return null;
        return (descriptors.Count, limit);
    }

    /// <summary>Paths of the files that it has open.</summary>
    public IEnumerable<string> Paths(int pid) =>
        (Descriptors(pid) ?? []).Select(descriptor => descriptor.LinkTarget).OfType<string>().Where(target => target.StartsWith('/'));

    /// <summary>The soft limit in a text of /proc/PID/limits: name, soft, hard, unit in columns.</summary>
    public static long? Limit(string limits)
    {
        const string Name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return soft == "unlimited" ? long.MaxValue : long.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    List<FileInfo>? Descriptors(int pid)
    {
        try
        {
            return [.. new DirectoryInfo($"{proc}/{pid}/fd").EnumerateFileSystemInfos().Select(entry => new FileInfo(entry.FullName))];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
