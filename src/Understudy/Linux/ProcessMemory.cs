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
        if (KernelText.Field(text, "Pss:"u8) is not (>= 0 and var pss))
            return null;
        // Swap alone counts a page that forks share once for each of them.
        var swap = KernelText.Field(text, "SwapPss:"u8);
        return new ProcessMemory(
            pss * 1024,
            Math.Max(0, (KernelText.Field(text, "Private_Clean:"u8) + KernelText.Field(text, "Private_Dirty:"u8)) * 1024),
            Math.Max(0, (swap >= 0 ? swap : KernelText.Field(text, "Swap:"u8)) * 1024));
    }
}
