using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>/proc/pressure/memory, or memory.pressure of a cgroup (v2), read without allocating anything.</summary>
sealed class PressureFile : IDisposable
{
    readonly HeldFile _file;

    PressureFile(HeldFile file) => _file = file;

    /// <summary>The whole host's. Null where the kernel keeps none.</summary>
    /// <param name="proc">Where the kernel's process files are mounted.</param>
    public static PressureFile? OfHost(string proc = "/proc") => Open(Path.Combine(proc, "pressure", "memory"));

    /// <summary>Of the processes in a cgroup of v2 and below it, whoever limits their memory. Null where the kernel keeps none.</summary>
    public static PressureFile? OfGroup(string folder) => Open(Path.Combine(folder, "memory.pressure"));

    /// <summary>False when it cannot be read; then the pressure is left as it was.</summary>
    public bool Read(ref MemoryPressure pressure)
    {
        Span<byte> buffer = stackalloc byte[256];
        // A kernel that keeps none by its command line (psi=0) refuses to read the file, not to open it.
        var length = _file.Read(buffer);
        if (length <= 0)
            return false;
        ReadOnlySpan<byte> text = buffer[..length];
        pressure = new MemoryPressure(KernelText.Figure(text, "some"u8, "avg10="u8), KernelText.Figure(text, "full"u8, "avg10="u8));
        return true;
    }

    public void Dispose() => _file.Dispose();

    static PressureFile? Open(string path) => HeldFile.Open(path) is { } file ? new PressureFile(file) : null;
}
