using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Understudy.Linux;

/// <summary>
/// The processes of this host as the kernel tells of them. They come and go while they are read: what is gone, or may not be read (another
/// user's, hidepid), is null or left out, never an error.
/// </summary>
/// <param name="root">Where they are read: /proc, or a tree in a folder that looks like it.</param>
sealed class ProcessTable(string root = "/proc")
{
    /// <summary>Longest command line that is shown.</summary>
    const int CommandBytes = 4096;

    /// <summary>Longest environment that is searched: the kernel's own limit of one, on a usual stack of 8 MB, is 2 MiB.</summary>
    const int EnvironmentBytes = 2 << 20;

    readonly byte[] _root = [.. Encoding.UTF8.GetBytes(root), (byte)'/'];

    string? _namespace;

    public string Root => root;

    /// <summary>Every process now, in the kernel's order (by pid).</summary>
    public List<int> Pids()
    {
        var pids = new List<int>(256);
        try
        {
            foreach (var name in new DirectoryInfo(root).EnumerateDirectories().Select(folder => folder.Name))
            {
                if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                    pids.Add(pid);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // A half list is what there is.
        }
        return pids;
    }

    /// <summary>This user does not see the processes of others: /proc is mounted with hidepid, and not even the first process shows.</summary>
    /// <param name="mounts">The text of /proc/self/mountinfo.</param>
    public bool HidesOthers(string mounts) => Stat(1) is null && mounts.Split('\n').Any(static mount =>
        mount.Contains(" - proc ", StringComparison.Ordinal) && mount.Contains("hidepid=", StringComparison.Ordinal) && !mount.Contains("hidepid=0", StringComparison.Ordinal) && !mount.Contains("hidepid=off", StringComparison.Ordinal));

    /// <summary>Null when it is gone or may not be read.</summary>
    public ProcessStat? Stat(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var length = Read(pid, "stat"u8, buffer);
        return length <= 0 ? null : ProcessStat.Parse(buffer[..length]);
    }

    /// <summary>The same; null also for what has ended and only waits to be reaped.</summary>
    public ProcessStat? Living(int pid) => Stat(pid) is { State: not ('Z' or 'X') } stat ? stat : null;

    /// <summary>Resident and shared pages, in bytes: instant, and no measure of what its end would free. Null as above.</summary>
    public ResidentMemory? Resident(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        var length = Read(pid, "statm"u8, buffer);
        return length <= 0 ? null : ResidentMemory.Parse(buffer[..length]);
    }

    /// <summary>What it really uses; half a millisecond for a large process. Null as above, and for threads of the kernel's own.</summary>
    public ProcessMemory? Memory(int pid)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var length = Read(pid, "smaps_rollup"u8, buffer);
        return length <= 0 ? null : ProcessMemory.Parse(buffer[..length]);
    }

    /// <summary>Its memory is there and may not be read by this user.</summary>
    public bool IsRefused(int pid)
    {
        Span<byte> buffer = stackalloc byte[16];
        return Read(pid, "smaps_rollup"u8, buffer) is -Errno.Access or -Errno.Perm;
    }

    /// <summary>Its arguments with spaces between, or its name in brackets where it has none; null when it is gone. Whatever it says of itself.</summary>
    public string? CommandLine(int pid)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CommandBytes);
        try
        {
            var length = Read(pid, "cmdline"u8, buffer.AsSpan(0, CommandBytes));
            var words = buffer.AsSpan(0, Math.Max(length, 0)).TrimEnd((byte)0);
            words.Replace((byte)0, (byte)' ');
            return words.Length > 0 ? Encoding.UTF8.GetString(words) : Stat(pid) is { } stat ? $"[{stat.Name}]" : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The file's name of the program that it runs, whatever it calls itself; null when it is gone or may not be read.</summary>
    public string? Program(int pid)
    {
        try
        {
            return Path.GetFileName(new FileInfo(string.Create(CultureInfo.InvariantCulture, $"{root}/{pid}/exe")).LinkTarget);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A variable of the environment that it was started with, as far as it has not overwritten it. Null: it has none, or may not be read.</summary>
    public string? Variable(int pid, ReadOnlySpan<byte> name)
    {
        for (var size = 16_384; ; size = EnvironmentBytes)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                var length = Read(pid, "environ"u8, buffer.AsSpan(0, size));
                if (length <= 0)
                    return null;
                if (Find(buffer.AsSpan(0, length), name) is { } value)
                    return value;
                if (length < size || size == EnvironmentBytes)
                    return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Where it is in each hierarchy of cgroups. Null when it is gone or may not be read.</summary>
    public ProcessGroups? Groups(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Read(pid, "cgroup"u8, buffer);
        return length <= 0 ? null : new ProcessGroups(Encoding.UTF8.GetString(buffer[..length]));
    }

    /// <summary>It is in the pid namespace of this process, and not in a container's. False where that may not be read.</summary>
    public bool SharesNamespace(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"{root}/{pid}/ns/pid", returnFinalTarget: false)?.Name is { } theirs && theirs == (_namespace ??= File.ResolveLinkTarget($"{root}/self/ns/pid", returnFinalTarget: false)?.Name);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The real user's id. Null as above.</summary>
    public uint? User(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var length = Read(pid, "status"u8, buffer);
        var text = buffer[..Math.Max(length, 0)];
        var at = text.IndexOf("\nUid:\t"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 6)..], out uint user, out _) ? user : null;
    }

    /// <summary>How often its first thread has given the processor up, or had to. Null as above.</summary>
    public long? Switches(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Read(pid, "status"u8, buffer);
        ReadOnlySpan<byte> text = buffer[..Math.Max(length, 0)];
        return KernelText.Field(text, "voluntary_ctxt_switches:"u8) is >= 0 and var given ? given + Math.Max(0, KernelText.Field(text, "nonvoluntary_ctxt_switches:"u8)) : null;
    }

    /// <summary>The kernel function that it waits in, such as io_schedule; null where that is not told (needs root).</summary>
    public string? WaitsIn(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        var length = Read(pid, "wchan"u8, buffer);
        return length <= 0 || buffer[0] == '0' ? null : Encoding.ASCII.GetString(buffer[..length]).Trim();
    }

    static string? Find(ReadOnlySpan<byte> environment, ReadOnlySpan<byte> name)
    {
        foreach (var range in environment.Split((byte)0))
        {
            var pair = environment[range];
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name))
                return Encoding.UTF8.GetString(pair[(name.Length + 1)..]);
        }
        return null;
    }

    int Read(int pid, ReadOnlySpan<byte> file, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[_root.Length + 11 + file.Length + 2];
        _root.CopyTo(path);
        _ = Utf8Formatter.TryFormat(pid, path[_root.Length..], out var digits);
        var at = _root.Length + digits;
        path[at++] = (byte)'/';
        file.CopyTo(path[at..]);
        path[at + file.Length] = 0;
        return RawFile.Read(path, buffer);
    }
}
