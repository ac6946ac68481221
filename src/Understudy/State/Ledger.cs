using Microsoft.Data.Sqlite;
using Understudy.Decisions.Workers;
using Understudy.Linux;

namespace Understudy.State;

/// <summary>A worker as written down, so that the next agent can adopt it.</summary>
sealed record LedgerWorker
{
    public required WorkerState State { get; init; }
    public required string Release { get; init; }
    public int Pid { get; init; }
    public long StartTicks { get; init; }
    public int Port { get; init; }

    /// <summary>Requests served under proxies that are gone.</summary>
    public long Requests { get; init; }
}

/// <summary>A pool as written down.</summary>
/// <param name="RulesHash">Of the configuration that its newest generation started with.</param>
/// <param name="StopWithin">What a worker that leaves has at most. Null: written by an older version.</param>
sealed record LedgerPool(string Id, int Generation, int NextNumber, int Wanted, string RulesHash, int? ScaleMin, int? ScaleMax, TimeSpan? StopWithin = null);

/// <summary>The workers and pools of this host, written before and after each step, so that a killed agent's successor knows them.</summary>
/// <param name="aside">The file, in /run, that takes what a full disk refuses. Null: nothing does.</param>
sealed class Ledger(Database database, string? aside = null) : IDisposable
{
    // Times count from boot and pids from it too: what was written before it says nothing now.
    internal static readonly string Boot = (ProcFile.Text("/proc/sys/kernel/random/boot_id") ?? "").Trim();

    readonly Lock _opening = new();
    Database? _asideFile;
    Ledger? _aside;

    /// <summary>What was written aside while the disk refused it, and is newer than what is here. Null: nothing, or it cannot be read.</summary>
    public Ledger? Aside => aside is not null && File.Exists(aside) ? OpenAside() : null;

    /// <summary>Written all together, or not at all.</summary>
    public void Together(Action writes) => database.Together(writes);

    public LedgerPool? Pool(string id) => Pools().FirstOrDefault(pool => pool.Id == id);

    public IReadOnlyList<LedgerPool> Pools() => database.Query(
        "SELECT id, generation, next_number, wanted, rules_hash, scale_min, scale_max, stop_within FROM pools ORDER BY id",
        row => new LedgerPool(
            row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetString(4), Nullable(row, 5), Nullable(row, 6), row.IsDBNull(7) ? null : new TimeSpan(row.GetInt64(7))));

    public void Write(LedgerPool pool) => database.Execute(
        "INSERT OR REPLACE INTO pools (id, generation, next_number, wanted, rules_hash, scale_min, scale_max, stop_within) VALUES ($id, $generation, $next, $wanted, $hash, $min, $max, $within)",
        ("$id", pool.Id), ("$generation", pool.Generation), ("$next", pool.NextNumber), ("$wanted", pool.Wanted), ("$hash", pool.RulesHash), ("$min", pool.ScaleMin), ("$max", pool.ScaleMax), ("$within", pool.StopWithin?.Ticks));

    public IReadOnlyList<LedgerWorker> Workers() => database.Query(
        "SELECT id, generation, release, phase, pid, start_ticks, port, started_at, ready_at, leaving_since, reason, requests FROM workers WHERE boot = $boot ORDER BY started_at, id",
        row => new LedgerWorker
        {
            State = new WorkerState
            {
                Id = row.GetString(0),
                Generation = row.GetInt32(1),
                Phase = Enum.Parse<WorkerPhase>(row.GetString(3)),
                StartedAt = new TimeSpan(row.GetInt64(7)),
                ReadyAt = row.IsDBNull(8) ? null : new TimeSpan(row.GetInt64(8)),
                LeavingSince = row.IsDBNull(9) ? null : new TimeSpan(row.GetInt64(9)),
                KilledAt = row.GetString(3) == nameof(WorkerPhase.Killing) ? TimeSpan.Zero : null,
                Reason = row.IsDBNull(10) ? null : row.GetString(10),
            },
            Release = row.GetString(2),
            Pid = row.GetInt32(4),
            StartTicks = row.GetInt64(5),
            Port = row.GetInt32(6),
            Requests = row.GetInt64(11),
        },
        ("$boot", Boot));

    public void Write(LedgerWorker worker) => database.Execute(
        """
        INSERT OR REPLACE INTO workers (id, generation, release, phase, pid, start_ticks, port, started_at, ready_at, leaving_since, reason, requests, boot)
        VALUES ($id, $generation, $release, $phase, $pid, $ticks, $port, $started, $ready, $leaving, $reason, $requests, $boot)
        """,
        ("$id", worker.State.Id), ("$generation", worker.State.Generation), ("$release", worker.Release), ("$phase", worker.State.Phase.ToString()),
        ("$pid", worker.Pid), ("$ticks", worker.StartTicks), ("$port", worker.Port), ("$started", worker.State.StartedAt.Ticks),
        ("$ready", worker.State.ReadyAt?.Ticks), ("$leaving", worker.State.LeavingSince?.Ticks), ("$reason", worker.State.Reason),
        ("$requests", worker.Requests), ("$boot", Boot));

    /// <summary>A pool with all its workers, or nothing of it.</summary>
    public void Write(LedgerPool pool, IEnumerable<LedgerWorker> workers) => database.Together(() =>
    {
        ForgetPool(pool.Id);
        Write(pool);
        foreach (var worker in workers)
            Write(worker);
    });

    /// <summary>The same where the disk refuses it. False: there is no other place, or it refuses too.</summary>
    public bool WriteAside(LedgerPool pool, IEnumerable<LedgerWorker> workers)
    {
        if (OpenAside() is not { } other)
            return false;
        try
        {
            other.Write(pool, workers);
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    public void ForgetPool(string id)
    {
        database.Execute("DELETE FROM workers WHERE substr(id, 1, length($id) + 1) = $id || '.'", ("$id", id));
        database.Execute("DELETE FROM pools WHERE id = $id", ("$id", id));
    }

    public void Dispose() => _asideFile?.Dispose();

    Ledger? OpenAside()
    {
        lock (_opening)
        {
            if (_aside is not null || aside is null)
                return _aside;
            try
            {
                _asideFile = new Database(aside);
                return _aside = new Ledger(_asideFile);
            }
            catch (Exception refused) when (refused is OperationRefused or IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    public void Forget(string workerId) => database.Execute("DELETE FROM workers WHERE id = $id", ("$id", workerId));

    static int? Nullable(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
}
