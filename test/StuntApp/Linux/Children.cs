using System.Diagnostics;

namespace StuntApp.Linux;

internal static class Children
{
    /// <summary>Double fork, a session of their own, an empty environment: only a cgroup still knows whose they are. Returns their pids.</summary>
    public static IReadOnlyList<int> Detach(int count, bool ignoreTerm)
    {
        var life = ignoreTerm ? "trap \"\" TERM INT HUP; while :; do sleep 1000; done" : "exec sleep 86400";
        return Shell($"for i in $(seq {count}); do (setsid env -i PATH=/usr/bin:/bin sh -c '{life}' </dev/null >/dev/null 2>&1 & echo $!); done");
    }

    /// <summary>Ordinary children: same session, same environment, and whatever descriptors may be inherited.</summary>
    public static IReadOnlyList<int> Fork(int count) =>
        Shell($"for i in $(seq {count}); do sleep 86400 </dev/null >/dev/null 2>&1 & echo $!; done");

    private static IReadOnlyList<int> Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var pids = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        return [.. pids.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }
}
