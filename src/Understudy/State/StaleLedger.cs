using Microsoft.Data.Sqlite;
using Understudy.Decisions.Sampling;

namespace Understudy.State;

/// <summary>
/// What was found stale since the boot, written down. Also kept in memory: who looks each second asks no disk, and with a full one it is
/// only the next agent that does not know.
/// </summary>
sealed class StaleLedger
{
    readonly Database _database;
    readonly Lock _gate = new();
    readonly Dictionary<string, StaleRecord> _records;

    public StaleLedger(Database database)
    {
        _database = database;
        _records = Read(database).ToDictionary(record => record.Id);
    }

    public IReadOnlyDictionary<string, StaleRecord> Records
    {
        get { lock (_gate) return new Dictionary<string, StaleRecord>(_records); }
    }

    public static IReadOnlyList<StaleRecord> Read(Database database) => database.Query(
        "SELECT id, since, reason, release, generation, abandoned FROM stale WHERE boot = $boot ORDER BY since, id",
        row => new StaleRecord(row.GetString(0), new TimeSpan(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetInt32(5) != 0),
        ("$boot", Ledger.Boot));

    /// <summary>What is written down already keeps its time and reason.</summary>
    public void Write(StaleRecord record)
    {
        lock (_gate)
        {
            if (!_records.TryAdd(record.Id, record))
                return;
            Try(record.Id, () => _database.Execute(
                "INSERT OR REPLACE INTO stale (id, since, reason, release, generation, abandoned, boot) VALUES ($id, $since, $reason, $release, $generation, $abandoned, $boot)",
                ("$id", record.Id), ("$since", record.Since.Ticks), ("$reason", record.Reason), ("$release", record.Release), ("$generation", record.Generation),
                ("$abandoned", record.Abandoned ? 1 : 0), ("$boot", Ledger.Boot)));
        }
    }

    public void Forget(string id)
    {
        lock (_gate)
        {
            if (_records.Remove(id))
                Try(id, () => _database.Execute("DELETE FROM stale WHERE id = $id", ("$id", id)));
        }
    }

    static void Try(string id, Action write)
    {
        try
        {
            write();
        }
        catch (SqliteException refused)
        {
            Console.Error.WriteLine($"{id}: what is stale cannot be written down ({refused.Message}): were the agent killed now, the next one would find it anew");
        }
    }
}
