using Understudy.Linux;

namespace Understudy.Releases;

/// <summary>A started command: its first process, held, and the groups that limit it.</summary>
sealed class RunningCommand : IDisposable
{
    readonly PidFd? _held;
    readonly TaskCompletionSource<ExitStatus?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunningCommand(int pid, LimitedGroups groups, ProcessExits exits)
    {
        (Pid, Groups) = (pid, groups);
        _held = PidFd.Open(pid);
        if (_held is null || PidFd.Open(pid) is not { } watched)
            _ended.SetResult(null);
        else
            exits.Watch(watched, status => _ended.SetResult(status));
    }

    public int Pid { get; }

    public LimitedGroups Groups { get; }

    /// <summary>When its first process is reaped. Null: its exit code is unknown.</summary>
    public Task<ExitStatus?> Ended => _ended.Task;

    public void Kill() => _held?.Send(Signal.Kill);

    public void Dispose() => _held?.Dispose();
}
