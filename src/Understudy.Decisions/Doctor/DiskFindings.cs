namespace Understudy.Decisions.Doctor;

/// <summary>Of file systems, and of logs that fill them.</summary>
static class DiskFindings
{
    const double LowShare = 0.15;
    const long PlentyBytes = 10_000_000_000;
    const long LogWorthALook = 100_000_000;
    const long LargeLog = 1_000_000_000;
    static readonly TimeSpan Soon = TimeSpan.FromDays(14);
    static readonly TimeSpan Now = TimeSpan.FromDays(1);

    /// <summary>What a build leaves to the site: 500 MB, or 5 % of a file system smaller than 10 GB.</summary>
    static long Floor(long size) => Math.Min(500_000_000, size / 20);

    public static IEnumerable<Finding> Of(HostSight host)
    {
        foreach (var disk in host.Disks)
        {
            var folders = string.Join(", ", disk.Folders);
            if (disk.FreeBytes < Floor(disk.Bytes) || (disk.FreeBytes < PlentyBytes && disk.FreeBytes < disk.Bytes * LowShare))
            {
                yield return new(
                    FindingKinds.DiskFull, disk.FreeBytes < Floor(disk.Bytes) ? Weight.Error : Weight.Warning, $"The disk of {folders} is nearly full: builds are refused, logs and the app's own writes fail.",
                    $"{Amount.Of(disk.FreeBytes)} of {Amount.Of(disk.Bytes)} are free ({Amount.Percent(disk.FreeBytes, disk.Bytes)}).", $"Look where it went: du -xh --max-depth=2 {disk.Folders[0]} | sort -h. Fewer kept releases (`deploy: {{keep: 3}}`) free some at once.");
            }
            if (disk.Inodes > 0 && disk.FreeInodes < disk.Inodes / 10)
            {
                yield return new(
                    FindingKinds.InodesFull, disk.FreeInodes < disk.Inodes / 50 ? Weight.Error : Weight.Warning, $"The file system of {folders} can hold few more files, however much space is free.",
                    FormattableString.Invariant($"{disk.FreeInodes:#,0} of {disk.Inodes:#,0} inodes are free."), "Find the folders with the most files: du --inodes -x --max-depth=3 / | sort -n | tail. Sessions and caches kept as files are the usual ones.");
            }
        }
        foreach (var log in host.Logs.Where(log => log.Bytes >= LogWorthALook))
        {
            var lasts = log.BytesPerDay > 0 ? TimeSpan.FromDays(Math.Min(10_000, (double)log.FreeBytes / log.BytesPerDay)) : TimeSpan.MaxValue;
            if (log.Bytes < LargeLog && lasts > Soon)
                continue;
            yield return new(
                FindingKinds.LogGrowth, lasts < Now ? Weight.Error : Weight.Warning, $"Nobody keeps {log.Path} within bounds: it grows until the disk is full.",
                $"{Amount.Of(log.Bytes)}, {Amount.Of(log.BytesPerDay)} more each day{(lasts < Soon ? $"; what is free lasts {Amount.Of(lasts)}" : "")}.",
                "Let the app log to standard output, which Understudy archives by size (Rails: RAILS_LOG_TO_STDOUT=1), or rotate the file by logrotate with copytruncate.");
        }
    }
}
