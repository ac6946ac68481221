using Understudy.Api;

namespace Understudy.Linux;

/// <summary>`understudy run`: becomes a command in an app's environment, in the terminal at hand.</summary>
static class RunCommand
{
    /// <summary>Returns only on failure: 126 when the set-up failed, 127 when the command cannot be run.</summary>
    public static int Exec(RunDocument run, IReadOnlyList<string> command)
    {
        var env = new Dictionary<string, string>(run.Env);
        if (Environment.GetEnvironmentVariable("TERM") is { } kind)
            env.TryAdd("TERM", kind);
        string? cgroup = null;
        if (run.CgroupRoot is { } root && Directory.Exists(root))
        {
            cgroup = Path.Combine(root, $"{run.App}.run-{Environment.ProcessId}");
            try { Directory.CreateDirectory(cgroup); }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException) { cgroup = null; }
        }
        return ExecVerb.Become(
            new ExecSpec
            {
                // The shell looks the command up in the app's own PATH, not in ours.
                Command = ["/bin/sh", "-c", "exec \"$@\"", command[0], .. command],
                Folder = run.Folder,
                Env = env,
                User = run.User,
                Cgroup = cgroup,
            },
            inTerminal: true);
    }
}
