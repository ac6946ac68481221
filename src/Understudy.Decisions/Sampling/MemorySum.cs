namespace Understudy.Decisions.Sampling;

/// <summary>The memory of several processes together.</summary>
/// <param name="Unmeasured">How many of them have no sample: what they hold is missing in the sums.</param>
/// <param name="OldestAt">When the oldest sample was taken, since boot. Null: there is none.</param>
public readonly record struct MemorySum(int Processes, int Unmeasured, long PssBytes, long PrivateBytes, long SwapBytes, TimeSpan? OldestAt)
{
    /// <summary>Their part of the pages that they share with each other or with others.</summary>
    public long SharedBytes => Math.Max(0, PssBytes - PrivateBytes);

    public static MemorySum Of(IEnumerable<MemorySample?> samples)
    {
        MemorySum sum = default;
        foreach (var sample in samples)
            sum += Of(sample);
        return sum;
    }

    public static MemorySum operator +(MemorySum a, MemorySum b) => new(
        a.Processes + b.Processes, a.Unmeasured + b.Unmeasured, a.PssBytes + b.PssBytes, a.PrivateBytes + b.PrivateBytes, a.SwapBytes + b.SwapBytes,
        a.OldestAt is { } one && b.OldestAt is { } other ? (one < other ? one : other) : a.OldestAt ?? b.OldestAt);

    static MemorySum Of(MemorySample? sample) =>
        sample is { } known ? new(1, 0, known.PssBytes, known.PrivateBytes, known.SwapBytes, known.At) : new(1, 1, 0, 0, 0, null);
}
