using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>What the kernel says of its wall clock (adjtimex(2)); nothing is set.</summary>
static unsafe partial class KernelClock
{
    const int Unsynchronised = 0x40;

    /// <summary>Whether a time client keeps it, and by how much it may be wrong. Null where the kernel does not say.</summary>
    public static (bool Synchronised, TimeSpan MostWrong)? Look()
    {
        // struct timex: modes, offset, frequency, maximum error in microseconds at 24, estimated error, status at 40. Zero modes only read.
        var time = stackalloc byte[256];
        new Span<byte>(time, 256).Clear();
        if (adjtimex(time) < 0)
            return null;
        return ((*(int*)(time + 40) & Unsynchronised) == 0, TimeSpan.FromMicroseconds(*(long*)(time + 24)));
    }

    [LibraryImport("libc")]
    private static partial int adjtimex(byte* time);
}
