using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>Opens files whose names come from an app's repository: whatever lies there, a pipe or a device among it, is neither waited for nor read without end.</summary>
static partial class RegularFile
{
    const int CloseOnExec = 0x80000;
    const int NonBlocking = 0x800;
    const int NoTerminal = 0x100;

    /// <summary>For reading, through symbolic links.</summary>
    /// <exception cref="IOException">It is not there, may not be read, or is no regular file.</exception>
    public static SafeFileHandle Open(string path)
    {
        var file = new SafeFileHandle(open(path, CloseOnExec | NonBlocking | NoTerminal), ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        if (file.IsInvalid)
        {
            file.Dispose();
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        if (FileIdentity.IsRegular(file))
            return file;
        file.Dispose();
        throw new IOException($"{path} is not a regular file");
    }

    /// <exception cref="IOException">As <see cref="Open"/>, or it is longer than the most that is read.</exception>
    public static string Text(string path, int mostBytes)
    {
        using var file = Open(path);
        var bytes = new byte[mostBytes + 1];
        var count = 0;
        while (count < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(count), count) is > 0 and var read)
            count += read;
        return count <= mostBytes ? Encoding.UTF8.GetString(bytes, 0, count) : throw new IOException($"{path} is longer than {mostBytes:N0} bytes");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
