using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>Makes a rename in a folder outlive a loss of power.</summary>
static partial class FolderSync
{
    const int Directory = 0x10000;
    const int CloseOnExec = 0x80000;

    /// <summary>Best effort: a folder that cannot be synced is no reason to stop.</summary>
    public static void Flush(string folder) => With(folder, handle => fsync(handle));

    /// <summary>All that was written to the file system of this folder: cheaper than a sync of each of many files. Best effort.</summary>
    public static void FlushAll(string folder) => With(folder, handle => syncfs(handle));

    static void With(string folder, Func<SafeFileHandle, int> flush)
    {
        // O_DIRECTORY is 0x10000 on x64 and 0x4000 on arm64; without it the open is the same for a folder.
        var flags = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? Directory | CloseOnExec : CloseOnExec;
        using var handle = new SafeFileHandle(open(folder, flags), ownsHandle: true);
        if (!handle.IsInvalid)
            _ = flush(handle);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc")]
    private static partial int syncfs(SafeFileHandle file);
}
