using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>What /proc/meminfo says of the host, read without allocating anything.</summary>
sealed class HostMemory : IDisposable
{
    readonly HeldFile _file;

    HostMemory(HeldFile file) => _file = file;

    /// <param name="proc">Where the kernel's process files are mounted.</param>
    /// <returns>Null where there are none.</returns>
    public static HostMemory? Open(string proc = "/proc") => HeldFile.Open(Path.Combine(proc, "meminfo")) is { } file ? new HostMemory(file) : null;

    /// <summary>False when it cannot be read; then the level is left as it was.</summary>
    public bool Read(ref MemoryLevel level)
    {
        // What is looked for stands in the first 600 bytes.
        Span<byte> buffer = stackalloc byte[2048];
        var length = _file.Read(buffer);
        if (length <= 0)
            return false;
        ReadOnlySpan<byte> text = buffer[..length];
        var total = KernelText.Field(text, "MemTotal:"u8);
        var available = KernelText.Field(text, "MemAvailable:"u8);
        if (total < 0 || available < 0)
            return false;
        level = new MemoryLevel(
            total * 1024, available * 1024, Math.Max(0, KernelText.Field(text, "SwapTotal:"u8)) * 1024, Math.Max(0, KernelText.Field(text, "SwapFree:"u8)) * 1024);
        return true;
    }

    /// <summary>Processes that run or wait for the disk, a minute's average. 0 where the kernel does not say.</summary>
    public static double LoadAverage()
    {
        Span<byte> buffer = stackalloc byte[64];
        var length = ProcFile.Read("/proc/loadavg", buffer);
        return length > 0 && System.Buffers.Text.Utf8Parser.TryParse(buffer[..length], out double load, out _) ? load : 0;
    }

    public void Dispose() => _file.Dispose();
}
