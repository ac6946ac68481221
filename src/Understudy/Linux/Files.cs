using System.Runtime.InteropServices;

namespace Understudy.Linux;

static unsafe partial class Files
{
    /// <summary>rmdir alone: a cgroup's folder lists kernel files that cannot be deleted one by one.</summary>
    public static bool RemoveFolder(string path) => rmdir(path) == 0 || Errno.Last == Errno.NoEntry;

    /// <summary>Replaces a file so that a reader sees the old or the new one whole. Readable by its owner only.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(content);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>A folder that only its owner can enter. One that exists keeps its mode.</summary>
    public static void MakePrivateFolder(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <summary>A folder that others can pass through and not list.</summary>
    public static void MakePassage(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>
    /// Removes a folder and all that is in it, or a file; nothing there is fine. Never follows a link, not even one that is put in place of a
    /// folder meanwhile, and copes with folders that their owner made unreadable, names that are no text, and any depth.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses; the message says where.</exception>
    public static void RemoveTree(string path)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(path).TrimEnd('/')) ?? throw new IOException($"{path} is not to be removed");
        using var folder = HeldFolder.Open(parent);
        folder?.RemoveTree(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(Path.GetFullPath(path).TrimEnd('/')) + '\0'));
    }

    /// <summary>Points a link at a target, in one step also where the link is there already.</summary>
    public static void ReplaceLink(string path, string target)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        File.CreateSymbolicLink(fresh, target);
        if (rename(fresh, path) != 0)
            throw Errno.Failure($"cannot replace the link {path}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);
}
