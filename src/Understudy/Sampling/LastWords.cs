using System.Buffers.Text;
using Understudy.Decisions.Sampling;
using Understudy.Linux;

namespace Understudy.Sampling;

/// <summary>Says that the host goes under, without allocating anything: in a buffer made beforehand, on files opened beforehand.</summary>
sealed class LastWords(EmergencyLog log)
{
    readonly byte[] _line = new byte[512];
    int _length;

    public void GoingUnder(in GuardSight sight, int perMille)
    {
        Begin();
        Add("going under: "u8);
        Add(sight);
        Add("; "u8);
        Add(perMille / 10);
        Add(" % of the requests get 503"u8);
        End();
    }

    public void KilledStale(in GuardSight sight, int groups)
    {
        Begin();
        Add("killed stale processes in "u8);
        Add(groups);
        Add(" places: "u8);
        Add(sight);
        End();
    }

    public void KilledWorker(in GuardSight sight, ReadOnlySpan<byte> name)
    {
        Begin();
        Add("killed "u8);
        Add(name);
        Add(": "u8);
        Add(sight);
        End();
    }

    void Begin()
    {
        _length = 0;
        Add("understudy: memory guard: "u8);
    }

    void Add(in GuardSight sight)
    {
        Add(sight.Level.LeftBytes / 1_000_000);
        Add(" MB of "u8);
        Add(sight.Level.AllBytes / 1_000_000);
        Add(" MB left, falling by "u8);
        Add((long)sight.FallingBytesPerSecond / 1_000_000);
        Add(" MB/s"u8);
        if (sight.Stuck)
            Add(", processes are stuck"u8);
    }

    void Add(ReadOnlySpan<byte> text)
    {
        // One byte is kept for the line's end.
        var fits = text[..Math.Min(text.Length, _line.Length - 1 - _length)];
        fits.CopyTo(_line.AsSpan(_length));
        _length += fits.Length;
    }

    void Add(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        if (Utf8Formatter.TryFormat(number, digits, out var length))
            Add(digits[..length]);
    }

    void End()
    {
        _line[_length++] = (byte)'\n';
        log.Write(_line.AsSpan(0, _length));
    }
}
