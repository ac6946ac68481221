using Understudy.Api;
using Understudy.Config;
using Understudy.Decisions.Config;
using Understudy.Decisions.Doctor;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.Proxying;
using Understudy.Sampling;

namespace Understudy.Doctor;

/// <summary>One look at the host and its apps: by the agent's word where it answers, and by the kernel and the disk in any case. Changes nothing.</summary>
/// <param name="start">The command that starts this host's agent.</param>
sealed class HostLook(Paths paths, string start)
{
    readonly ProcessTable _processes = new();
    readonly OpenFiles _open = new();
    readonly IOwnership _ownership = Ownership.Existing(paths);

    public async Task<HostSight> Take(DateTimeOffset now)
    {
        var agent = AgentLook.Of(paths);
        var configured = ConfigFile.IsThere(paths.AgentConfig) ? HostConfigLoader.Load(paths.AgentConfig) : null;
        var workers = FoundWorker.All(_ownership);
        var apps = FoundApp.All(paths, configured?.Value);
        var folders = apps.Select(app => app.Folder).ToList();
        using var proxy = new ProxyControl(paths.ProxySocket);
        return new HostSight
        {
            Agent = new AgentSight(agent.Trouble, start),
            ConfigurationErrors = [.. (configured?.Errors ?? []).Select(error => error.ToString())],
            ProxyAnswers = await proxy.Report(CancellationToken.None) is not null,
            OtherHosts = agent.Status?.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Hosts).DistinctBy(other => other.Host).Count() ?? 0,
            Pools = agent.Status is { } told ? PoolLook.Of(told) : PoolLook.Of(apps, workers),
            Shared = agent.Status is { } status ? SharedLook.Of(status, now) : await SharedLook.Of(_ownership, workers),
            Stale = await Stale(),
            Memory = Memory(),
            NoCgroups = agent.Status is { Ownership: var owned } && !owned.StartsWith("cgroup", StringComparison.Ordinal) ? owned : null,
            LimitsMemory = ResourceLimits.CanLimitMemory(_ownership),
            Clock = KernelClock.Look() is { } clock ? new ClockSight(clock.Synchronised, clock.MostWrong) : null,
            Disks = DiskLook.Of([paths.Lib, paths.Logs, .. folders]),
            OpenFiles = [.. Opened("proxy", _ownership.Processes(ProxyKeeper.Id, 0)), .. workers.SelectMany(worker => Opened(worker.Name, worker.Pids))],
            Logs = LogLook.Of(folders, workers.SelectMany(worker => worker.Pids), _open, paths.Logs, (configured?.Value ?? new HostConfig()).LogArchiveBytes, now),
            Ports = PortLook.Of(workers, SocketDiag.Listeners() ?? [], _processes),
        };
    }

    async Task<IReadOnlyList<StaleSight>> Stale()
    {
        var look = new ReapLook(paths, new LocalAgent(paths.AgentSocket, why => $"{paths.AgentSocket}: {why}"));
        var verdicts = await new ReapSession(look, null).Look();
        return [.. verdicts.Where(verdict => verdict.Ruling == ReapRuling.Stale).SelectMany(verdict => verdict.Group.Processes.Select(process =>
            new StaleSight(process.Key.Pid, process.Name, BootClock.Now - (verdict.Since ?? Started(process.Key.Pid)), ProcessMemory.Pss(process.Key.Pid), $"{verdict.Id} {verdict.Sentence}")))];
    }

    TimeSpan Started(int pid) => _processes.Stat(pid)?.StartedAt ?? BootClock.Now;

    IEnumerable<OpenFilesSight> Opened(string who, IEnumerable<int> pids)
    {
        foreach (var pid in pids)
        {
            if (_open.Count(pid) is { } count)
                yield return new OpenFilesSight(who, pid, count.Open, count.Limit);
        }
    }

    static MemoryLevel? Memory()
    {
        using var file = HostMemory.Open();
        var level = default(MemoryLevel);
        return file?.Read(ref level) == true ? level : null;
    }
}
