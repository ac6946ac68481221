using System.Globalization;
using System.Runtime.InteropServices;

namespace Understudy.Linux;

/// <summary>Keeps this process able to act when memory is gone: its pages stay in RAM once they were touched, and the kernel kills others before it.</summary>
static partial class SelfProtection
{
    /// <summary>Of -1,000 (never killed) to 1,000. Not the least: one that eats all memory itself must be stoppable.</summary>
    public const int OutOfMemoryScore = -900;

    const int Current = 1;
    const int Future = 2;
    const int OnFault = 4;
    const int LockCapability = 14;

    /// <summary>Does what it may, and says in words what holds.</summary>
    public static string Apply()
    {
        var locked = Lock();
        var spared = Spare();
        return (locked, spared) switch
        {
            (null, null) => "memory locked, spared by the out-of-memory killer",
            (null, _) => $"memory locked; {spared}",
            (_, null) => $"{locked}; spared by the out-of-memory killer",
            _ => $"{locked}; {spared}",
        };
    }

    /// <summary>Out of the memory group that limits this process, to the top of its hierarchy, so that it needs nothing that others have used up. What it did, in words; null: nothing limits it.</summary>
    public static string? LeaveLimits(string proc = "/proc")
    {
        if (MemoryGroups.Limiting("self", proc: proc) is not { } limiting)
            return null;
        var mounts = ProcFile.Text(Path.Combine(proc, "self", "mountinfo")) ?? "";
        var top = new[] { Cgroups.FindMount(mounts, "memory"), Cgroups.FindMount(mounts) }.FirstOrDefault(mount => mount is not null && limiting.StartsWith(mount + "/", StringComparison.Ordinal));
        if (top is null)
            return $"stays in {limiting}, which limits its memory";
        try
        {
            File.WriteAllText(Path.Combine(top, "cgroup.procs"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return $"has left {limiting}, which limited its memory";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"stays in {limiting}, which limits its memory: {refused.Message}";
        }
    }

    /// <summary>Null, or why the pages are not locked.</summary>
    static string? Lock()
    {
        // Without the right a limit (8 MB by default) counts address space, of which the runtime reserves much more than it uses: each
        // later mapping would fail.
        if (!May(LockCapability))
            return "memory not locked: no right to (CAP_IPC_LOCK)";
        return mlockall(Current | Future | OnFault) == 0 ? null : $"memory not locked: {Errno.Text(Errno.Last)}";
    }

    static string? Spare()
    {
        const string Score = "/proc/self/oom_score_adj";
        try
        {
            if (int.TryParse(ProcFile.Text(Score), CultureInfo.InvariantCulture, out var now) && now <= OutOfMemoryScore)
                return null;
            File.WriteAllText(Score, OutOfMemoryScore.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "not spared by the out-of-memory killer: no right to (CAP_SYS_RESOURCE)";
        }
    }

    static bool May(int capability)
    {
        foreach (var line in (ProcFile.Text("/proc/self/status") ?? "").AsSpan().EnumerateLines())
        {
            if (line.StartsWith("CapEff:") && ulong.TryParse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rights))
                return (rights >> capability & 1) == 1;
        }
        return false;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mlockall(int flags);
}
