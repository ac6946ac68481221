using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Asks /proc and the cgroup whether a worker can run at all. Read only when a probe has gone unanswered.</summary>
/// <param name="proc">/proc, or a folder like it.</param>
internal sealed class KernelEvidence(string proc)
{
    const int DeepestTree = 8;

    public KernelSight Look(WorkerRoute worker)
    {
        if (worker.CgroupPath is { } cgroup && IsFrozen(cgroup)) return KernelSight.Stopped;
        if (worker.Pid == 0) return KernelSight.Alive;
        if (State(worker.Pid, out var started) is not { } state) return KernelSight.Gone;
        if (worker.StartTicks != 0 && started != worker.StartTicks) return KernelSight.Gone;
        if (state is 'Z' or 'X') return KernelSight.Gone;
        // A shell in front of the server sleeps whatever its child does, so where the tree's leaves are all stopped, it is.
        return IsStopped(state) || LeavesAreStopped(worker.Pid, 0) == true ? KernelSight.Stopped : KernelSight.Alive;
    }

    static bool IsStopped(char state) => state is 'T' or 't';

    static bool IsFrozen(string cgroup) =>
        Read(Path.Combine(cgroup, "cgroup.events")) is { } events && events.Contains("frozen 1", StringComparison.Ordinal);

    /// <returns>Null: it has no children.</returns>
    bool? LeavesAreStopped(int pid, int depth)
    {
        bool? all = null;
        foreach (var child in Children(pid))
        {
            if (State(child, out _) is not { } state || state is 'Z' or 'X') continue;
            var stopped = depth < DeepestTree && LeavesAreStopped(child, depth + 1) is { } below ? below || IsStopped(state) : IsStopped(state);
            if (!stopped) return false;
            all = true;
        }

        return all;
    }

    IEnumerable<int> Children(int pid)
    {
        string[] threads;
        try
        {
            threads = Directory.GetDirectories(Path.Combine(proc, pid.ToString(), "task"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var thread in threads)
        {
            foreach (var text in (Read(Path.Combine(thread, "children")) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (int.TryParse(text, out var child)) yield return child;
            }
        }
    }

    /// <summary>Fields 3 and 22 of stat; the name before them may hold anything, so they are counted from its last parenthesis.</summary>
    char? State(int pid, out long started)
    {
        started = 0;
        if (Read(Path.Combine(proc, pid.ToString(), "stat")) is not { } stat) return null;
        var name = stat.LastIndexOf(')');
        if (name < 0) return null;
        var fields = stat[(name + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20) return null;
        _ = long.TryParse(fields[19], out started);
        return fields[0][0];
    }

    static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
