using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>Finds again the process that leads a worker, by pid and start time and never by pid alone.</summary>
static class Adoption
{
    /// <summary>The living leader, held; null when it is gone. Where the agent died between starting it and writing its pid down, the worker's oldest process is taken.</summary>
    public static PidFd? Leader(Worker worker, IOwnership ownership)
    {
        if (worker.Pid != 0)
            return PidFd.Open(worker.Pid, worker.StartTicks);
        var oldest = ownership.Processes(worker.Id, 0)
            .Select(pid => (Pid: pid, Stat: ProcessStat.Read(pid)))
            .Where(found => found.Stat is not null)
            .OrderBy(found => found.Stat!.Value.StartTicks).ThenBy(found => found.Pid)
            .FirstOrDefault();
        if (oldest.Stat is not { } stat)
            return null;
        worker.Pid = oldest.Pid;
        worker.StartTicks = stat.StartTicks;
        return PidFd.Open(worker.Pid, worker.StartTicks);
    }
}
