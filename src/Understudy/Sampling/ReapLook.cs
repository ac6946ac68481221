using Microsoft.Data.Sqlite;
using Understudy.Api;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;
using Understudy.Linux;
using Understudy.State;
using Understudy.Workers;

namespace Understudy.Sampling;

/// <summary>
/// Finds out what is stale without relying on the agent: the kernel first, then the agent's word where that comes at once, else what it has
/// written down. Reads no process's own memory: on a host that swaps, that waits for the disk.
/// </summary>
sealed class ReapLook(Paths paths, IOwnership ownership, IAgentEndpoint agent, ProcessTable processes)
{
    static readonly TimeSpan AnswersWithin = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan ReadsWithin = TimeSpan.FromSeconds(2);

    /// <summary>It did not answer once: it is not waited for again.</summary>
    bool _silent;

    public ReapLook(Paths paths, IAgentEndpoint agent) : this(paths, Ownership.Existing(paths), agent, new ProcessTable()) { }

    public IOwnership Owned { get; } = ownership;

    /// <summary>How the agent is, in words.</summary>
    public string Agent { get; private set; } = "was not asked";

    /// <param name="pid">Of interest though it is in no group of ours.</param>
    public ReapSight Take(int? pid)
    {
        var scan = new StaleScan(Owned, processes);
        var groups = scan.Describe(scan.Look(), _ => false);
        var answer = _silent ? null : Ask();
        _silent |= answer is null;
        var sight = answer is null ? OfLedger(groups) : OfAgent(groups, answer);
        sight = sight with { Self = Environment.ProcessId };
        return pid is { } wanted && !Holds(sight, wanted) && Marked(wanted) is { } moved ? sight with { Moved = [.. sight.Moved, moved] } : sight;
    }

    static bool Holds(ReapSight sight, int pid) =>
        sight.Groups.Any(group => group.Processes.Any(process => process.Key.Pid == pid)) || sight.Moved.Any(moved => moved.Process.Key.Pid == pid);

    HostDocument? Ask()
    {
        var answered = Within(AnswersWithin + AnswersWithin, () => new ApiClient(agent, AnswersWithin).Status());
        // An older one does not say which commands it runs.
        return answered.Value is { Commands: not null } host ? host : null;
    }

    ReapSight OfAgent(IReadOnlyList<OwnedGroup> groups, HostDocument host)
    {
        Agent = "answers";
        var workers = host.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers).Select(worker => $"{worker.App}.{worker.Worker}");
        return new ReapSight
        {
            Groups = groups,
            AgentAnswers = true,
            Current = workers.Concat(host.Commands!).Distinct().ToDictionary(id => id, _ => new CurrentOwner()),
            Stale = host.Stale.ToDictionary(stale => stale.Id, stale => new StaleRecord(stale.Id, SinceBoot(stale.Since), stale.Reason)),
            Moved = [.. host.Moved.Select(moved => new MovedProcess(
                new OwnedProcess(new ProcessKey(moved.Process.Pid, moved.Process.StartTicks), moved.Process.Parent, moved.Process.Name, moved.Process.State is [var state, ..] ? state : 'S'), moved.Id, moved.Place))],
        };
    }

    ReapSight OfLedger(IReadOnlyList<OwnedGroup> groups)
    {
        var holder = LockHolder.Of(paths.AgentLock, processes.Root);
        Agent = holder is not { } pid ? "does not run" : processes.Stat(pid) is { State: 'T' or 't' } ? $"is stopped (pid {pid})" : $"does not answer (pid {pid})";
        var sight = new ReapSight { Groups = groups, SilentAgent = holder };
        var read = Within(ReadsWithin, () => Read(sight));
        return read.Value ?? sight with { Unread = read.Failure ?? $"{paths.State} could not be read within {ReadsWithin.TotalSeconds:0} s" };
    }

    ReapSight Read(ReapSight sight)
    {
        using var database = Database.Reading(paths.State);
        var ledger = new Ledger(database);
        var pools = ledger.Pools().ToDictionary(pool => pool.Id);
        var workers = ledger.Workers();
        if (File.Exists(paths.LedgerAside))
        {
            using var file = Database.Reading(paths.LedgerAside);
            var aside = new Ledger(file);
            var newer = aside.Pools().ToDictionary(pool => pool.Id);
            workers = [.. workers.Where(worker => !newer.ContainsKey(PoolOf(worker))), .. aside.Workers()];
            foreach (var pool in newer.Values)
                pools[pool.Id] = pool;
        }
        return sight with
        {
            Current = workers.ToDictionary(worker => worker.State.Id, worker => new CurrentOwner(
                worker.State.LeavingSince + pools.GetValueOrDefault(PoolOf(worker))?.StopWithin, worker.State.Leaving ? worker.State.Reason : null)),
            Stale = StaleLedger.Read(database).ToDictionary(record => record.Id),
            NextNumbers = pools.ToDictionary(pool => pool.Key, pool => pool.Value.NextNumber),
            Routed = new RoutePublisher(paths.Routes, RouteTable.Empty).Found.Apps.SelectMany(app => app.Pool.Workers).Select(worker => worker.Id).ToHashSet(),
        };
    }

    static string PoolOf(LedgerWorker worker) => worker.State.Id[..worker.State.Id.LastIndexOf('.')];

    /// <summary>A process outside our groups that carries our mark.</summary>
    MovedProcess? Marked(int pid) =>
        Owned is CgroupOwnership && MarkerOwnership.MarkOf(processes, Owned.Key, pid) is { } id && processes.Living(pid) is { } stat && processes.Groups(pid)?.Unified is { } place
            ? new MovedProcess(new OwnedProcess(new ProcessKey(pid, stat.StartTicks), stat.Parent, stat.Name, stat.State), id, place)
            : null;

    /// <summary>What hangs is left behind: this process ends soon.</summary>
    static (T? Value, string? Failure) Within<T>(TimeSpan time, Func<T> read) where T : class
    {
        T? value = null;
        string? failure = null;
        var reading = new Thread(() =>
        {
            try
            {
                value = read();
            }
            catch (Exception refused) when (refused is OperationRefused or SqliteException or AgentAbsent or AgentRefused or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
            {
                failure = refused.Message;
            }
        })
        { IsBackground = true };
        reading.Start();
        return reading.Join(time) ? (value, failure) : (null, null);
    }

    static TimeSpan SinceBoot(DateTimeOffset at) => BootClock.Now - (TimeProvider.System.GetUtcNow() - at);
}
