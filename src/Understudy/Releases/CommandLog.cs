using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>
/// The log of one command, followed while it prints and kept small: the first 1 MB and the newest 4 MB stay. What lies between is punched
/// out while the command runs, and closed up when it has ended. Reached by its open descriptor alone.
/// </summary>
sealed class CommandLog : IDisposable
{
    const long HeadBytes = 1_000_000;
    const long TailBytes = 4_000_000;
    const long Slack = 1_000_000;
    const int LongestSeek = 64 * 1024;

    /// <summary>Printed at most where the file system cannot release what lies between.</summary>
    const long MostWithoutHoles = 64_000_000;

    readonly FileStream _stream;
    readonly SafeFileHandle _file;
    readonly CommandLines? _lines;
    readonly LogSecrets _secrets;
    readonly byte[] _buffer = new byte[128 * 1024];
    long _start;
    long _read;
    long _cleared;
    long _headEnd;
    long _released;
    bool _noHoles;

    CommandLog(FileStream stream, CommandLines? lines, IEnumerable<string> secrets)
    {
        (_stream, _file, _lines, _secrets) = (stream, stream.SafeFileHandle, lines, new LogSecrets(secrets));
        Begin(stream.Length);
    }

    /// <summary>True where it grows without bound, and the command must be ended.</summary>
    public bool Overflows => _noHoles && RandomAccess.GetLength(_file) - _start > MostWithoutHoles;

    /// <summary>Readable by the owner and the group alone; what it holds already stays.</summary>
    /// <param name="secrets">Overwritten where they are printed.</param>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public static CommandLog Open(string path, CommandLines? lines, IEnumerable<string> secrets)
    {
        Files.MakePrivateFolder(Path.GetDirectoryName(path)!);
        return new CommandLog(
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            }),
            lines, secrets);
    }

    /// <summary>Reads what has come since, passes its lines on, and releases what need not be kept.</summary>
    public void Look()
    {
        var end = RandomAccess.GetLength(_file);
        if (end < _read)
            Begin(Math.Min(_start, end)); // the command cut its own log
        while (_read < end && RandomAccess.Read(_file, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, end - _read)), _read) is var count and > 0)
        {
            _lines?.Take(_buffer.AsSpan(0, count));
            _read += count;
        }
        _lines?.Pass();
        _cleared = _secrets.Hide(_file, _cleared, end);
        Release();
    }

    /// <summary>Everything that printed is gone: passes on the last lines, and closes the gap up.</summary>
    public void End()
    {
        Look();
        _lines?.End();
        var end = RandomAccess.GetLength(_file);
        if (end - _start <= HeadBytes + TailBytes)
            return;
        var head = _released > 0 ? _headEnd : HeadEnd();
        var tail = AfterNewline(end - TailBytes);
        var note = System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"(understudy: {tail - head:N0} bytes of output left out here)\n"));
        if (tail - head < note.Length)
            return;
        RandomAccess.Write(_file, note, head);
        var to = head + note.Length;
        for (int count; tail < end && (count = RandomAccess.Read(_file, _buffer, tail)) > 0; tail += count, to += count)
            RandomAccess.Write(_file, _buffer.AsSpan(0, count), to);
        RandomAccess.SetLength(_file, to);
    }

    public void Dispose() => _stream.Dispose();

    void Begin(long at) => (_start, _read, _cleared, _headEnd, _released) = (at, at, at, 0, 0);

    void Release()
    {
        if (_read - _start <= HeadBytes + TailBytes + Slack || _noHoles)
            return;
        if (_released == 0)
            _released = _headEnd = HeadEnd();
        // Of whole pages, with a slack: a hole per look costs more than it gives.
        var to = (_read - TailBytes) & ~4095L;
        if (to - _released < Slack / 2)
            return;
        _noHoles = !FileHole.Punch(_file, _released, to - _released);
        _released = to;
    }

    /// <summary>Where the last line of the first megabyte ends, or just where it is full.</summary>
    long HeadEnd()
    {
        var end = _start + HeadBytes;
        var bytes = _buffer.AsSpan(0, LongestSeek);
        bytes = bytes[..RandomAccess.Read(_file, bytes, end - LongestSeek)];
        return bytes.LastIndexOf((byte)'\n') is var newline and >= 0 ? end - LongestSeek + newline + 1 : end;
    }

    long AfterNewline(long from)
    {
        var bytes = _buffer.AsSpan(0, LongestSeek);
        bytes = bytes[..RandomAccess.Read(_file, bytes, from)];
        return bytes.IndexOf((byte)'\n') is var newline and >= 0 ? from + newline + 1 : from;
    }
}
