namespace Understudy.Decisions.Sampling;

/// <summary>
/// How fast memory goes, from the last samples of what is left. Allocates nothing after its making, and is not safe for concurrent use.
/// </summary>
public sealed class MemoryTrend
{
    /// <summary>A fall counts as far as it shows over both: the short one notices its end at once, the long one forgets the start of a program.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    /// <summary>Samples kept: 10 s of ten a second, and some.</summary>
    const int Most = 128;

    /// <summary>Closer samples than this are taken for one, the newer.</summary>
    static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(80);

    /// <summary>Less of a window than this says nothing yet.</summary>
    static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    readonly long[] _ticks = new long[Most];
    readonly long[] _left = new long[Most];
    int _newest = -1;
    int _count;

    public void Add(TimeSpan now, long leftBytes)
    {
        // Against the sample before the newest, so that a stream of close ones still moves on.
        var replaces = _count >= 2 && now.Ticks - _ticks[Before(_newest)] < Closest.Ticks;
        if (!replaces)
        {
            _newest = (_newest + 1) % Most;
            _count = Math.Min(_count + 1, Most);
        }
        _ticks[_newest] = now.Ticks;
        _left[_newest] = leftBytes;
    }

    /// <summary>After a change of what is measured: the old samples say nothing of the new.</summary>
    public void Clear() => _count = 0;

    /// <summary>Bytes that go each second; 0 while nothing goes, or nothing is known yet.</summary>
    public double FallingBytesPerSecond => Math.Max(0, Math.Min(Fall(Short), Fall(Long)));

    /// <summary>Over the window, or as much of it as is known.</summary>
    double Fall(TimeSpan window)
    {
        if (_count < 2)
            return 0;
        var at = _newest;
        for (var i = 1; i < _count && _ticks[_newest] - _ticks[at] < window.Ticks; i++)
            at = Before(at);
        var span = TimeSpan.FromTicks(_ticks[_newest] - _ticks[at]);
        return span < Least ? 0 : (_left[at] - _left[_newest]) / span.TotalSeconds;
    }

    static int Before(int at) => (at + Most - 1) % Most;
}
