using Understudy.Decisions.Config;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>Waits for what becomes of a worker, and writes it into it: that it is ready, that a stranger has its port, that it has ended.</summary>
/// <param name="kick">The pool is to look.</param>
sealed class WorkerWatch(PoolParts parts, Action kick)
{
    readonly PortHolder _ports = new(parts.Ownership);

    public void AwaitEnd(Worker worker, PidFd leader) => parts.Exits.Watch(leader, status =>
    {
        worker.LeaderEnded = status is { } known ? known.ToString() : "exit code unknown: it was adopted";
        if (parts.Limits?.WasReached(worker.Id, worker.Cgroup) == true)
            worker.LeaderEnded += ", by the kernel, for a memory limit was reached";
        kick();
    });

    public Task AwaitReady(Worker worker, HostedApp app, ProcessConfig process) => ReadyCheck.Await(worker, app, process, _ports, path => Ready(worker, path), stranger =>
    {
        worker.Stranger = stranger;
        kick();
    });

    public void SaidReady(Worker worker, ProcessConfig process)
    {
        worker.SaidReady = true;
        if (!process.TakesRequests)
            Ready(worker, null);
    }

    void Ready(Worker worker, string? path)
    {
        worker.ReadyPath = path;
        worker.ShownReady = true;
        kick();
    }
}
