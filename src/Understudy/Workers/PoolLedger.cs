using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Understudy.Decisions.Config;
using Understudy.Decisions.Sampling;
using Understudy.Decisions.Workers;
using Understudy.Linux;
using Understudy.State;

namespace Understudy.Workers;

/// <summary>One pool's part of the ledger: what it resumes from, and what of each turn is written down.</summary>
sealed class PoolLedger
{
    readonly Ledger _ledger;
    readonly string _id;
    readonly StalePolicy _hostStale;
    readonly Dictionary<string, LedgerWorker> _written = [];
    HostedApp _app;
    ProcessConfig _process;
    string _hash;
    LedgerPool? _pool;
    int? _scaleMin;
    int? _scaleMax;

    /// <summary>The disk has refused, so that what it holds of this pool is old: all of it is written anew, or aside.</summary>
    bool _behind;
    bool _aside;

    /// <param name="hostStale">What becomes of stale workers of an app that does not say.</param>
    public PoolLedger(HostedApp app, ProcessConfig process, Ledger ledger, StalePolicy hostStale)
    {
        _hostStale = hostStale;
        _app = app;
        _process = process;
        _ledger = ledger;
        _id = $"{app.Config.App}.{process.Name}";
        _hash = Hash(app, process);
        _behind = _aside = ledger.Aside?.Pool(_id) is not null;
        _pool = Known.Pool(_id);
        (_scaleMin, _scaleMax) = (_pool?.ScaleMin, _pool?.ScaleMax);
        Rules = MakeRules();
    }

    public PoolRules Rules { get; private set; }

    Ledger Known => _behind && _ledger.Aside is { } aside ? aside : _ledger;

    /// <summary>Another release or configuration from now on.</summary>
    public void Change(HostedApp app, ProcessConfig process)
    {
        (_app, _process, _hash) = (app, process, Hash(app, process));
        Rules = MakeRules();
    }

    public PoolState Resume()
    {
        var workers = Known.Workers().Where(worker => worker.State.Id.StartsWith(_id + ".", StringComparison.Ordinal)).ToList();
        foreach (var worker in workers)
            _written[worker.State.Id] = worker;
        // Another command, environment or release than its workers were started with: they are replaced, one at a time.
        var changed = _pool is not null && _pool.RulesHash != _hash;
        var resumed = new PoolState { Generation = _pool?.Generation ?? 1, Workers = [.. workers.Select(worker => worker.State)] };
        return resumed with
        {
            Generation = changed ? resumed.NextGeneration : resumed.Generation,
            NextNumber = _pool?.NextNumber ?? 1,
            Wanted = _pool is { Wanted: > 0 } && workers.Count > 0 ? Math.Clamp(_pool.Wanted, Rules.Min, Rules.Max) : 0,
        };
    }

    /// <summary>The workers written down of which a process lives, each with its leader held, or null where only others of its processes are left.</summary>
    public IEnumerable<(Worker Worker, PidFd? Leader)> Living(IOwnership ownership)
    {
        foreach (var written in _written.Values.ToList())
        {
            var worker = Worker.Adopted(written);
            worker.Cgroup = ownership.CgroupOf(worker.Id);
            var leader = Adoption.Leader(worker, ownership);
            if (leader is not null || ownership.Processes(worker.Id, worker.Pid).Count > 0)
            {
                yield return (worker, leader);
            }
            else
            {
                // The first turn takes it out of what is written.
                ownership.Release(worker.Id);
            }
        }
    }

    public void Scale(int? min, int? max)
    {
        (_scaleMin, _scaleMax) = (min, max);
        Rules = MakeRules();
    }

    /// <summary>Writes what has changed since it was last written. Where the disk refuses, it goes aside, and the next turn tries again: the site comes first.</summary>
    public void Write(PoolState state, IReadOnlyDictionary<string, Worker> workers)
    {
        var pool = new LedgerPool(_id, state.Generation, state.NextNumber, state.Wanted, _hash, _scaleMin, _scaleMax, Rules.StopWithin);
        var rows = state.Workers.Where(worker => workers.ContainsKey(worker.Id)).Select(worker => Row(worker, workers[worker.Id])).ToList();
        var changed = pool != _pool || rows.Count != _written.Count || rows.Exists(row => _written.GetValueOrDefault(row.State.Id) != row);
        if (!changed && !_behind)
            return;
        try
        {
            if (_behind)
                CatchUp(pool, rows);
            else
                WriteChanges(pool, rows);
        }
        catch (SqliteException refused)
        {
            if (changed || !_aside)
                _aside = _ledger.WriteAside(pool, rows);
            if (!_aside && changed)
                Console.Error.WriteLine($"{_id}: its workers cannot be written down ({refused.Message}): were the agent killed now, the next one might not know the newest");
            _behind = true;
        }
        _pool = pool;
        _written.Clear();
        foreach (var row in rows)
            _written[row.State.Id] = row;
    }

    void CatchUp(LedgerPool pool, List<LedgerWorker> rows)
    {
        _ledger.Write(pool, rows);
        _behind = _aside = false;
        _ledger.Aside?.ForgetPool(_id);
    }

    // At once: whoever finds a worker's number taken and no worker of it written down may rely on its pool having let it go.
    void WriteChanges(LedgerPool pool, List<LedgerWorker> rows) => _ledger.Together(() =>
    {
        if (pool != _pool)
            _ledger.Write(pool);
        foreach (var row in rows.Where(row => _written.GetValueOrDefault(row.State.Id) != row))
            _ledger.Write(row);
        foreach (var gone in _written.Keys.Except(rows.Select(row => row.State.Id)))
            _ledger.Forget(gone);
    });

    static LedgerWorker Row(WorkerState worker, Worker runs) =>
        new() { State = worker, Release = runs.Release, Pid = runs.Pid, StartTicks = runs.StartTicks, Port = runs.Port, Requests = runs.RequestsBefore };

    PoolRules MakeRules() => new()
    {
        App = _app.Config.App,
        Pool = _process.Name,
        Min = _scaleMin ?? _process.MinWorkers,
        Max = _scaleMax ?? _process.MaxWorkers,
        Concurrency = _process.Concurrency,
        ReadyWithin = _process.Ready.Within,
        StopWithin = _process.Stop.Within,
        ReportsStale = (_app.Config.Stale ?? _hostStale) == StalePolicy.Report,
        AtOnce = _app.Config.Deploy.AtOnce,
        RecycleRequests = _process.Recycle.Requests,
        RecycleMemoryBytes = _process.Recycle.MemoryBytes,
        RecycleAge = _process.Recycle.Age,
    };

    static string Hash(HostedApp app, ProcessConfig process)
    {
        var text = new StringBuilder().AppendJoin('\0', process.Command, app.Folder, app.User, app.Release, process.Ready.Notify);
        foreach (var (key, value) in app.Config.Env.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append('\0').Append(key).Append('=').Append(value);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
