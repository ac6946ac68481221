using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>
/// Which sockets processes hold, from /proc/PID/fd. Two calls into the kernel per process and one per descriptor, and no text is made: 600
/// processes of a loaded Rails take some 20 ms.
/// </summary>
/// <param name="proc">/proc, or a folder like it.</param>
sealed unsafe partial class OpenSockets(string proc = "/proc")
{
    const int CloseOnExec = 0x80000;
    const int NameOffset = 19;
    static readonly int Folder = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 0x10000 : 0x4000;

    readonly byte[] _entries = new byte[32 * 1024];

    /// <summary>Adds a process's sockets. False when it is gone or may not be looked at.</summary>
    public bool Collect(int pid, List<HeldSocket> into)
    {
        var path = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{proc}/{pid}/fd\0"));
        int folder;
        fixed (byte* at = path)
            folder = open(at, Folder | CloseOnExec);
        if (folder < 0)
            return false;
        try
        {
            fixed (byte* entries = _entries)
            {
                nint length;
                while ((length = getdents64(folder, entries, (nuint)_entries.Length)) > 0)
                    Read(folder, pid, entries, length, into);
                return length == 0;
            }
        }
        finally
        {
            _ = close(folder);
        }
    }

    static void Read(int folder, int pid, byte* entries, nint length, List<HeldSocket> into)
    {
        const int Longest = 32;
        var target = stackalloc byte[Longest];
        for (nint at = 0; at < length; at += *(ushort*)(entries + at + 16))
        {
            var name = entries + at + NameOffset;
            if (*name is < (byte)'0' or > (byte)'9')
                continue;
            var got = readlinkat(folder, name, target, Longest);
            if (got > 0 && Inode(new ReadOnlySpan<byte>(target, (int)got)) is { } inode && Number(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) is { } fd)
                into.Add(new HeldSocket(pid, (int)fd, inode));
        }
    }

    /// <summary>Of `socket:[INODE]`; null for what is no socket.</summary>
    static long? Inode(ReadOnlySpan<byte> target) =>
        target.StartsWith("socket:["u8) && target[^1] == ']' ? Number(target["socket:[".Length..^1]) : null;

    static long? Number(ReadOnlySpan<byte> digits) =>
        System.Buffers.Text.Utf8Parser.TryParse(digits, out long number, out var used) && used == digits.Length ? number : null;

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc")]
    private static partial nint getdents64(int folder, byte* entries, nuint length);

    [LibraryImport("libc")]
    private static partial nint readlinkat(int folder, byte* name, byte* target, nuint length);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
