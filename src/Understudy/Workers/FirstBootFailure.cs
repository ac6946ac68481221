namespace Understudy.Workers;

static class FirstBootFailure
{
    /// <summary>What an operator reads when an app does not start at all.</summary>
    public static string Text(Pool pool, Paths paths, string how, int newest)
    {
        var app = pool.App.Config.App;
        var tail = Enumerable.Range(0, Math.Min(newest, 20))
            .Select(back => LogTail.Last(paths.WorkerLog($"{app}.{pool.Name}.{newest - back}"), 15))
            .FirstOrDefault(text => text.Length > 0, "");
        var log = tail.Length == 0 ? "It wrote nothing to its log." : "The end of its log:\n  " + tail.Replace("\n", "\n  ", StringComparison.Ordinal);
        return $"{app}: {pool.Name} did not start: {how}. Its command is `{pool.Process.Command}`, run in {pool.App.Folder}.\n{log}\n{Advice(pool, how)}";
    }

    static string Advice(Pool pool, string how) => how switch
    {
        "exit code 127" => "The command, or a program in it, was not found: correct `command` in understudy.yaml or the Procfile, or install it.",
        "exit code 126" => "The command may not be run: see its rights, and the user it runs as.",
        _ when how.StartsWith("not ready", StringComparison.Ordinal) && pool.Process.TakesRequests =>
            $"It must listen on 127.0.0.1:$PORT and answer {pool.Process.Ready.Path ?? ReadyCheck.DefaultPath} with 2xx; set `ready.path` or `ready.within` if another page or more time is right.",
        _ => "Run the command by hand in that folder, with PORT set, to see what it needs.",
    };
}
