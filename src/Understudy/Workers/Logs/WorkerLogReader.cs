using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Understudy.Linux;

namespace Understudy.Workers.Logs;

/// <summary>
/// Reads one worker's log as the one row of bytes that the worker wrote, whether they lie in archives or in the live file, and while
/// heads are archived. A byte that was punched out reads as zero, and its archive had its name before that; so bytes without a zero
/// among them are good as they are, and only others need a look at the archives.
/// </summary>
sealed class WorkerLogReader : IDisposable
{
    const int ScanBytes = 64 * 1024;

    readonly string log;
    readonly SafeFileHandle file;
    (LogPart Part, GZipStream Bytes)? archive;

    WorkerLogReader(string log, SafeFileHandle file) => (this.log, this.file) = (log, file);

    /// <summary>Null when the log is not there.</summary>
    public static WorkerLogReader? Open(string log)
    {
        try
        {
            return new WorkerLogReader(log, File.OpenHandle(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Offset, in all that the worker ever wrote, of the next byte.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes passed over because their archive was removed, or is damaged, before they were read.</summary>
    public long Missed { get; private set; }

    public long Length => RandomAccess.GetLength(file);

    /// <summary>The next bytes; 0 when there are none yet.</summary>
    public int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (archive is not null)
            {
                if (ReadArchive(buffer) is var archived and > 0)
                    return archived;
                continue;
            }
            if (Length < Position)
                Position = 0; // somebody truncated the log
            var count = RandomAccess.Read(file, buffer, Position);
            if (buffer[..count].Contains((byte)0) && Elsewhere())
                continue;
            Position += count;
            return count;
        }
    }

    /// <summary>Goes to where the last lines begin, or to the beginning where there are fewer.</summary>
    public void SeekLast(int lines)
    {
        var (before, tries) = (-1L, 0);
        while (ArchivedEnd() is var end && end != before && tries++ < 5)
        {
            before = end;
            Position = StartOfLast(lines);
        }
    }

    public void Dispose()
    {
        CloseArchive();
        file.Dispose();
    }

    int ReadArchive(Span<byte> buffer)
    {
        var (part, bytes) = archive!.Value;
        try
        {
            var count = bytes.Read(buffer[..(int)Math.Min(buffer.Length, part.End - Position)]);
            Position += count;
            if (count > 0)
                return count;
        }
        catch (InvalidDataException)
        {
            // Damaged: what follows it is still good.
        }
        CloseArchive();
        Missed += part.End - Position;
        Position = part.End;
        return 0;
    }

    /// <summary>True when the next bytes are not where they were read: now in an archive, or gone.</summary>
    bool Elsewhere()
    {
        foreach (var part in LogPart.Of(log))
        {
            if (part.End <= Position)
                continue;
            if (part.Start > Position)
                Missed += part.Start - Position;
            Position = Math.Max(Position, part.Start);
            OpenArchive(part);
            return true;
        }
        if (FileHole.NextData(file, Position) is not { } data || data == Position)
            return false;
        Missed += data - Position;
        Position = data;
        return true;
    }

    /// <summary>Opens an archive at the position; where it was removed meanwhile, the next look at the folder shows it.</summary>
    void OpenArchive(LogPart part)
    {
        try
        {
            var bytes = new GZipStream(File.OpenRead(part.Path), CompressionMode.Decompress);
            archive = (part, bytes);
            Skip(bytes, Position - part.Start);
        }
        catch (FileNotFoundException)
        {
        }
        catch (InvalidDataException)
        {
            CloseArchive();
            Missed += part.End - Position;
            Position = part.End;
        }
    }

    static void Skip(GZipStream bytes, long count)
    {
        var buffer = new byte[ScanBytes];
        while (count > 0 && bytes.Read(buffer, 0, (int)Math.Min(buffer.Length, count)) is var read and > 0)
            count -= read;
    }

    void CloseArchive()
    {
        archive?.Bytes.Dispose();
        archive = null;
    }

    long ArchivedEnd() => LogPart.Of(log) is [.., var newest] ? newest.End : 0;

    long StartOfLast(int lines)
    {
        var parts = LogPart.Of(log);
        var length = Length;
        var live = Math.Max(parts is [.., var newest] ? newest.End : 0, FileHole.NextData(file, 0) ?? length);
        if (lines <= 0)
            return lines == 0 ? length : parts is [var first, ..] ? first.Start : live;
        var wanted = lines + (EndsALine(length) ? 1L : 0);
        if (NewlineFromEnd(live, length, ref wanted) is { } inLive)
            return inLive + 1;
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            var newlines = Newlines(parts[i], long.MaxValue).Count;
            if (newlines >= wanted)
                return Newlines(parts[i], newlines - wanted + 1).Last + 1;
            wanted -= newlines;
        }
        return parts is [var oldest, ..] ? oldest.Start : live;
    }

    bool EndsALine(long length)
    {
        Span<byte> last = stackalloc byte[1];
        return length > 0 && RandomAccess.Read(file, last, length - 1) == 1 && last[0] == '\n';
    }

    /// <summary>Where the wanted newline counted from the end lies in the live part; null, with fewer still wanted, when it is further ahead.</summary>
    long? NewlineFromEnd(long start, long end, ref long wanted)
    {
        var buffer = new byte[ScanBytes];
        while (end > start)
        {
            var from = Math.Max(start, end - buffer.Length);
            var bytes = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - from)), from));
            while (bytes.LastIndexOf((byte)'\n') is var newline and >= 0)
            {
                if (--wanted == 0)
                    return from + newline;
                bytes = bytes[..newline];
            }
            end = from;
        }
        return null;
    }

    /// <summary>How many newlines an archive has, up to a number of them, and the place of the last one counted.</summary>
    static (long Count, long Last) Newlines(LogPart part, long most)
    {
        var (count, last, at) = (0L, part.Start - 1, part.Start);
        try
        {
            using var bytes = new GZipStream(File.OpenRead(part.Path), CompressionMode.Decompress);
            var buffer = new byte[ScanBytes];
            while (bytes.Read(buffer) is var read and > 0)
            {
                for (var i = 0; i < read; i++)
                    if (buffer[i] == '\n' && count < most)
                        (count, last) = (count + 1, at + i);
                at += read;
            }
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            // Removed meanwhile, or damaged: it has no more lines.
        }
        return (count, last);
    }
}
