using System.Globalization;

namespace Understudy.Linux;

/// <summary>Who holds a lock file, without touching the lock: whoever tried it would keep its next owner out for that moment.</summary>
static class LockHolder
{
    /// <summary>The process that holds it (flock). Null: nobody.</summary>
    /// <param name="path">Holds its owner's pid, for where the kernel does not tell.</param>
    public static int? Of(string path, string proc = "/proc")
    {
        if (FileIdentity.Of(path) is not { } identity)
            return null;
        var written = int.TryParse((ProcFile.Text(path) ?? "").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;
        if (ProcFile.Text(Path.Combine(proc, "locks")) is not { } locks)
            return written > 0 && new ProcessTable(proc).Living(written) is not null ? written : null;
        var inode = ":" + identity.Inode.ToString(CultureInfo.InvariantCulture);
        foreach (var line in locks.Split('\n'))
        {
            // 3: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF; one that waits has an arrow before its kind. Of the device only the inode is compared: an overlay shows another.
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "FLOCK", _, "WRITE", var holder, var file, ..] && file.EndsWith(inode, StringComparison.Ordinal)
                && int.TryParse(holder, CultureInfo.InvariantCulture, out var holds) && (written == 0 || holds <= 0 || holds == written))
                return holds > 0 ? holds : written;
        }
        return null;
    }
}
