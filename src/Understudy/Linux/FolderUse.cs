using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Understudy.Linux;

/// <summary>Which folders processes of this host work in: a console, a scheduled command or an operator's shell keeps the files beneath its feet.</summary>
static partial class FolderUse
{
    const int PathOnly = 0x200000;
    const int CloseOnExec = 0x80000;

    /// <summary>Those of these folders that are some process's working folder or hold its program, or that of a folder beneath.</summary>
    public static HashSet<string> Of(IReadOnlyCollection<string> folders, ProcessTable processes)
    {
        var used = new HashSet<string>();
        var resolved = folders.Select(folder => (Folder: folder, Real: Real(folder))).ToList();
        foreach (var pid in processes.Pids())
        {
            foreach (var link in (ReadOnlySpan<string>)["cwd", "exe"])
            {
                if (Target(Path.Combine(processes.Root, $"{pid}", link)) is not { } target)
                    continue;
                foreach (var (folder, real) in resolved)
                {
                    if (target == real || target.StartsWith(real + "/", StringComparison.Ordinal))
                        used.Add(folder);
                }
            }
        }
        return used;
    }

    /// <summary>The kernel names files by their real path, and says it of a folder that is held open.</summary>
    static string Real(string folder)
    {
        using var held = new SafeFileHandle(open(folder, PathOnly | CloseOnExec), ownsHandle: true);
        return held.IsInvalid ? folder : Target($"/proc/self/fd/{held.DangerousGetHandle()}") ?? folder;
    }

    static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
