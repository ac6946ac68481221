using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Understudy.Linux;

namespace Understudy.Workers.Logs;

/// <summary>
/// Keeps workers' logs within bounds while the workers write on: the head of a log is compressed into an archive whose name says which
/// bytes it holds, and is then punched out of the log. The names are the truth, so that an agent killed at any step loses and repeats
/// nothing: a head without its archive is still in the log, and one with it is punched out by the next agent.
/// </summary>
/// <param name="archiveBytes">Bytes of a live log before its head is archived; an archive holds at most as many.</param>
/// <param name="archivesKept">Archives kept per worker.</param>
/// <param name="deadLogsKept">Logs kept per pool of workers that are gone; those of the highest numbers stay.</param>
/// <param name="report">Takes a sentence for the operator, once per trouble.</param>
sealed class WorkerLogArchive(Paths paths, long archiveBytes, int archivesKept, int deadLogsKept, Action<string> report)
{
    const int CopyBytes = 128 * 1024;

    readonly string folder = Path.GetDirectoryName(paths.WorkerLog("x"))!;

    /// <summary>Where the live part of each log begins, for those that this agent has resumed.</summary>
    readonly Dictionary<string, long> starts = [];

    readonly HashSet<string> troubled = [];
    bool? punchable;

    /// <summary>One turn over all logs; what it did, in one sentence. It may take a while (10 MB: about 0.1 s), so it has a loop of its own.</summary>
    /// <param name="living">Ids of the workers that may still write.</param>
    public string Turn(IReadOnlyCollection<string> living)
    {
        if (!Directory.Exists(folder))
            return "no worker has written a log yet";
        var archived = 0;
        var logs = Directory.GetFiles(folder, "*.log");
        foreach (var log in logs)
            archived += Guard(log, () => Steps(log).Count(step => step == "archived"));
        var removed = DeadLogs(logs, living).Sum(log => Guard(log, () => Remove(log)));
        return archived + removed == 0
            ? $"no action; {logs.Length} logs are within bounds"
            : $"archived {archived} parts of logs and removed {removed} logs of workers that are gone";
    }

    /// <summary>The steps by which one log comes within bounds, each done when it is asked for. After any of them a kill does no harm.</summary>
    internal IEnumerable<string> Steps(string log)
    {
        if (starts.TryGetValue(log, out var known) && new FileInfo(log).Length - known is var live && live >= 0 && live <= archiveBytes)
            yield break; // the usual case costs one stat
        using var file = File.OpenHandle(log, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var parts = LogPart.Of(log);
        if (!starts.ContainsKey(log))
            foreach (var step in Resume(log, file, parts))
                yield return step;
        parts = SetAsideIfCut(log, file, parts);
        var start = starts[log] = parts.Count == 0 ? 0 : parts[^1].End;
        while (RandomAccess.GetLength(file) - start > archiveBytes && CanPunch())
        {
            var end = EndOfLines(file, start);
            var path = LogPart.PathOf(log, start, end);
            Compress(file, start, end, path + ".tmp");
            yield return "compressed";
            File.Move(path + ".tmp", path);
            FolderSync.Flush(folder);
            yield return "archived";
            FileHole.Punch(file, 0, end);
            yield return "punched";
            foreach (var old in LogPart.Of(log).SkipLast(Math.Max(1, archivesKept)))
                File.Delete(old.Path);
            yield return "pruned";
            start = starts[log] = end;
        }
    }

    /// <summary>Finishes what a killed agent had begun.</summary>
    IEnumerable<string> Resume(string log, SafeFileHandle file, IReadOnlyList<LogPart> parts)
    {
        foreach (var unfinished in Directory.EnumerateFiles(folder, Path.GetFileName(log) + ".*.gz.tmp"))
            File.Delete(unfinished);
        yield return "cleaned";
        if (parts.Count > 0 && RandomAccess.GetLength(file) >= parts[^1].End && FileHole.NextData(file, 0) < parts[^1].End && CanPunch())
            FileHole.Punch(file, 0, parts[^1].End);
        yield return "resumed";
    }

    /// <summary>A log that somebody truncated begins again at 0: its archives no longer say where it stands, and are kept under other names.</summary>
    static IReadOnlyList<LogPart> SetAsideIfCut(string log, SafeFileHandle file, IReadOnlyList<LogPart> parts)
    {
        if (parts.Count == 0 || RandomAccess.GetLength(file) >= parts[^1].End)
            return parts;
        foreach (var part in parts)
            File.Move(part.Path, $"{log}.cut-{part.Start}-{part.End}.gz", overwrite: true);
        return [];
    }

    /// <summary>The last line's end within the bytes that one archive may hold; for a line longer than that, just where it is full.</summary>
    long EndOfLines(SafeFileHandle file, long start)
    {
        var buffer = new byte[CopyBytes];
        for (var end = start + archiveBytes; end > start;)
        {
            var from = Math.Max(start, end - buffer.Length);
            var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - from)), from);
            if (buffer.AsSpan(0, count).LastIndexOf((byte)'\n') is var newline and >= 0)
                return from + newline + 1;
            end = from;
        }
        return start + archiveBytes;
    }

    void Compress(SafeFileHandle file, long start, long end, string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = File.GetUnixFileMode(file) & (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead),
        };
        using var archive = new FileStream(path, options);
        using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
            if (archivesKept > 0)
                Copy(file, start, end, gzip);
        archive.Flush(flushToDisk: true);
    }

    static void Copy(SafeFileHandle file, long start, long end, GZipStream gzip)
    {
        var buffer = new byte[CopyBytes];
        for (var at = start; at < end;)
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (count == 0)
                throw new IOException("the log became shorter while it was archived");
            gzip.Write(buffer, 0, count);
            at += count;
        }
    }

    /// <summary>Tried on a file of its own first: an archive whose bytes cannot leave the log would only double them.</summary>
    bool CanPunch()
    {
        if (punchable is { } known)
            return known;
        var path = Path.Combine(folder, ".hole");
        using (var probe = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, options: FileOptions.DeleteOnClose))
        {
            RandomAccess.Write(probe, new byte[8192], 0);
            punchable = FileHole.Punch(probe, 0, 4096);
        }
        if (punchable == false)
            report($"the file system of {folder} cannot release the head of a file, so workers' logs grow without bound; put it on ext4, xfs, btrfs or tmpfs");
        return punchable.Value;
    }

    IEnumerable<string> DeadLogs(string[] logs, IReadOnlyCollection<string> living) =>
        logs.Select(log => (Log: log, Id: Path.GetFileNameWithoutExtension(log)))
            .Where(log => !living.Contains(log.Id) && NumberOf(log.Id) is not null)
            .GroupBy(log => log.Id[..log.Id.LastIndexOf('.')])
            .SelectMany(pool => pool.OrderByDescending(log => NumberOf(log.Id)).Skip(deadLogsKept))
            .Select(log => log.Log);

    static long? NumberOf(string id) => long.TryParse(id.AsSpan(id.LastIndexOf('.') + 1), out var number) && id.Contains('.', StringComparison.Ordinal) ? number : null;

    int Remove(string log)
    {
        foreach (var archive in Directory.EnumerateFiles(folder, Path.GetFileName(log) + ".*"))
            File.Delete(archive);
        File.Delete(log);
        starts.Remove(log);
        return 1;
    }

    int Guard(string log, Func<int> turn)
    {
        try
        {
            var done = turn();
            troubled.Remove(log);
            return done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (troubled.Add(log))
                report($"the log {log} cannot be kept within bounds: {error.Message}; it is tried again each turn");
            return 0;
        }
    }
}
