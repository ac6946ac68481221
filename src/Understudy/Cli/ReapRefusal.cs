using Understudy.Linux;

namespace Understudy.Cli;

/// <summary>Why a process is none of ours, in words.</summary>
internal static class ReapRefusal
{
    public static string NotOurs(int pid)
    {
        var processes = new ProcessTable();
        if (processes.Stat(pid) is not { } stat)
            return $"There is no process {pid}, or you may not see it.";
        var place = processes.Groups(pid)?.Unified is { } group ? $" It is in the cgroup {group}." : "";
        return $"{pid} ({SafeText.Of(stat.Name)}) is no process of this host's apps: it is in no cgroup of theirs and does not carry their mark.{SafeText.Of(place)} `understudy reap` alone shows what is stale.";
    }
}
