using System.Globalization;
using Understudy.Linux;

namespace Understudy.Workers;

static class WorkerMemory
{
    /// <summary>The cgroup's charge where the memory controller is there, else the sum of its processes' PSS.</summary>
    public static void Measure(Worker worker, IOwnership ownership)
    {
        var processes = ownership.Processes(worker.Id, worker.Pid);
        worker.Processes = processes.Count;
        if (worker.Cgroup is { } cgroup && ProcFile.Text(Path.Combine(cgroup, "memory.current")) is { } charge && long.TryParse(charge.Trim(), CultureInfo.InvariantCulture, out var bytes))
            worker.MemoryBytes = bytes;
        else
            worker.MemoryBytes = processes.Sum(ProcessMemory.Pss);
    }
}
