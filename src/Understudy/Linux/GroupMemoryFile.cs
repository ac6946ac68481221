using Understudy.Decisions.Sampling;

namespace Understudy.Linux;

/// <summary>Whether a process's memory group is full: memory.oom_control where v1 has the controller, memory.events in v2.</summary>
sealed class GroupMemoryFile
{
    readonly string _file;
    readonly bool _separate;

    GroupMemoryFile(string folder, bool separate)
    {
        _separate = separate;
        _file = Path.Combine(folder, separate ? "memory.oom_control" : "memory.events");
    }

    /// <param name="mounts">The text of /proc/self/mountinfo.</param>
    /// <returns>Null when the process is gone, or no hierarchy is there.</returns>
    public static GroupMemoryFile? Of(ProcessGroups? groups, string mounts) => groups switch
    {
        { } known when known.Of("memory") is { } place && Cgroups.FindMount(mounts, "memory") is { } mount => new(Path.Join(mount, place), separate: true),
        { Unified: { } place } when Cgroups.FindMount(mounts) is { } mount => new(Path.Join(mount, place), separate: false),
        _ => null,
    };

    /// <summary>Null where the group is gone, or counts no memory.</summary>
    public GroupMemory? Read()
    {
        Span<byte> buffer = stackalloc byte[512];
        var length = ProcFile.Read(_file, buffer);
        if (length <= 0)
            return null;
        ReadOnlySpan<byte> text = buffer[..length];
        var killed = Math.Max(0, KernelText.Field(text, "oom_kill"u8));
        return _separate
            ? new(KernelText.Field(text, "under_oom"u8) == 1, 0, killed)
            : new(false, Math.Max(0, KernelText.Field(text, "oom"u8)), killed);
    }
}
