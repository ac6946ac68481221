namespace Understudy.Linux;

/// <summary>A process's memory as smaps_rollup has it: pages that several processes share are counted once across them, so that these may be added up.</summary>
/// <param name="PssBytes">Proportional set size.</param>
/// <param name="PrivateBytes">What no other process has: its end frees this.</param>
/// <param name="SwapBytes">Its part of what lies in swap.</param>
readonly record struct ProcessMemory(long PssBytes, long PrivateBytes, long SwapBytes)
{
    static readonly ProcessTable Table = new();

    /// <summary>Its part of the pages that it shares.</summary>
    public long SharedBytes => Math.Max(0, PssBytes - PrivateBytes);

    public static ProcessMemory operator +(ProcessMemory a, ProcessMemory b) => new(a.PssBytes + b.PssBytes, a.PrivateBytes + b.PrivateBytes, a.SwapBytes + b.SwapBytes);

    /// <summary>Proportional set size in bytes; 0 when it is gone or may not be read.</summary>
    public static long Pss(int pid) => Table.Memory(pid)?.PssBytes ?? 0;

    /// <summary>Null for what is no such text.</summary>
    public static ProcessMemory? Parse(ReadOnlySpan<byte> text)
    {
        if (KernelFields.Kilobytes(text, "\nPss:"u8) is not { } pss)
            return null;
        return new ProcessMemory(
            pss,
            (KernelFields.Kilobytes(text, "\nPrivate_Clean:"u8) ?? 0) + (KernelFields.Kilobytes(text, "\nPrivate_Dirty:"u8) ?? 0),
            // Swap alone counts a page that forks share once for each of them.
            KernelFields.Kilobytes(text, "\nSwapPss:"u8) ?? KernelFields.Kilobytes(text, "\nSwap:"u8) ?? 0);
    }
}
