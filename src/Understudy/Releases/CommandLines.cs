using System.Globalization;
using Understudy.Workers.Logs;

namespace Understudy.Releases;

/// <summary>Passes on a command's lines as they come, no faster than people read: of a flood the newest ones, and a line that says how many were passed over.</summary>
sealed class CommandLines(Action<string> pass, TimeProvider time)
{
    const int PerSecond = 200;
    const int Longest = 4_096;

    readonly LineSplitter _splitter = new();
    readonly List<string> _complete = [];
    readonly Queue<string> _waiting = [];
    long _since = time.GetTimestamp();
    double _allowed = PerSecond;
    long _passedOver;

    /// <summary>The next bytes that it printed.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        // Of many lines at once only the newest are made into text at all.
        if (bytes.Count((byte)'\n') is var lines && lines > PerSecond)
        {
            _passedOver += _waiting.Count + lines - PerSecond;
            _waiting.Clear();
            _splitter.Rest();
            bytes = bytes[StartOfLast(bytes, PerSecond)..];
        }
        _complete.Clear();
        _splitter.Add(bytes, _complete);
        _complete.ForEach(Keep);
    }

    /// <summary>Passes on as many as may be now.</summary>
    public void Pass()
    {
        _allowed = Math.Min(PerSecond, _allowed + (time.GetElapsedTime(_since).TotalSeconds * PerSecond));
        _since = time.GetTimestamp();
        for (; _allowed >= 1 && _waiting.Count > 0; _allowed--)
            PassOne();
    }

    /// <summary>It prints no more: passes on what is left.</summary>
    public void End()
    {
        if (_splitter.Rest() is { } rest)
            Keep(rest);
        while (_waiting.Count > 0)
            PassOne();
    }

    void PassOne()
    {
        if (_passedOver > 0)
            pass(string.Create(CultureInfo.InvariantCulture, $"(understudy: {_passedOver:N0} lines passed over)"));
        _passedOver = 0;
        pass(_waiting.Dequeue());
    }

    void Keep(string line)
    {
        _waiting.Enqueue(line.Length <= Longest ? line : line[..(char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest)] + "…");
        if (_waiting.Count <= PerSecond)
            return;
        _waiting.Dequeue();
        _passedOver++;
    }

    static int StartOfLast(ReadOnlySpan<byte> bytes, int lines)
    {
        var end = bytes.Length;
        for (var newlines = 0; ; newlines++)
        {
            end = bytes[..end].LastIndexOf((byte)'\n');
            if (newlines == lines)
                return end + 1;
        }
    }
}
