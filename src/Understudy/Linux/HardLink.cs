using System.Runtime.InteropServices;

namespace Understudy.Linux;

static partial class HardLink
{
    /// <summary>Gives a file a second name, unless the name is taken. The kernel lets one of many win, which File.Move does not: it looks first and renames then.</summary>
    /// <returns>False where the name is taken.</returns>
    /// <exception cref="IOException">The kernel refuses it for another reason.</exception>
    public static bool Make(string path, string name)
    {
        const int Exists = 17;
        if (link(path, name) == 0)
            return true;
        return Errno.Last == Exists ? false : throw new IOException(Errno.Text(Errno.Last));
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string from, string to);
}
