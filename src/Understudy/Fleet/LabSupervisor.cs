using System.Runtime.InteropServices;
using Understudy.Linux;

namespace Understudy.Fleet;

/// <summary>What systemd is to a real host: starts the agent again when it ends, at once.</summary>
static class LabSupervisor
{
    /// <summary>With the agent's own start less than the 300 ms in which it must be back.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends at SIGTERM, its agent with it.</summary>
    public static async Task Run(LabHost host)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            told.TrySetResult();
        });
        using var exits = new ProcessExits();
        while (!told.Task.IsCompleted)
        {
            var ended = new TaskCompletionSource<ExitStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var pid = Spawn.Start(new ExecSpec
            {
                Command = [Environment.ProcessPath ?? "/proc/self/exe", "agent", "--root", host.Root],
                Folder = "/",
                Env = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin" },
                Log = host.Log,
            });
            if (PidFd.Open(pid) is { } process)
                exits.Watch(process, status => ended.TrySetResult(status));
            else
                ended.SetResult(null);
            if (await Task.WhenAny(ended.Task, told.Task) == told.Task)
            {
                using var agent = PidFd.Open(pid);
                agent?.Send(Signal.Term);
                await ended.Task;
                return;
            }
            Console.WriteLine($"the agent ended ({(await ended.Task)?.ToString() ?? "exit code unknown"}) and is started again");
            await Task.Delay(Pause);
        }
    }
}
