using Microsoft.Data.Sqlite;
using Understudy.Api;

namespace Understudy.State;

/// <summary>Everything that changed, in order, with its reason.</summary>
sealed class EventLog
{
    /// <summary>The newest events kept; about a year of a quiet host, and some 20 MB.</summary>
    public const int Kept = 100_000;

    static readonly TimeSpan TroubleAgain = TimeSpan.FromMinutes(1);

    readonly Database _database;
    readonly TimeProvider _time;
    readonly Lock _gate = new();
    readonly Dictionary<string, DateTimeOffset> _troubles = [];
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _newest;

    public EventLog(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _newest = database.Query("SELECT COALESCE(MAX(id), 0) FROM events", row => row.GetInt64(0))[0];
    }

    public long Newest => Interlocked.Read(ref _newest);

    /// <param name="workerId">app.pool.number, from which app and pool are taken.</param>
    public void Add(string kind, string message, string? app = null, string? pool = null, string? workerId = null)
    {
        try
        {
            Write(kind, message, app, pool, workerId);
        }
        catch (Exception refused) when (refused is SqliteException or ObjectDisposedException)
        {
            // A full disk must not stop the one who keeps the site up: the word goes to the journal instead.
            Console.Error.WriteLine($"{kind}: {message} (not in the event log: {refused.Message})");
        }
    }

    /// <summary>What should not happen and is tried again: the same words once a minute, however often they come.</summary>
    public void Trouble(string what, Exception bug, string? app = null, string? pool = null)
    {
        var message = $"{what} failed and is tried again: {bug.Message}";
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (_troubles.TryGetValue(message, out var told) && now - told < TroubleAgain)
                return;
            foreach (var (old, _) in _troubles.Where(trouble => now - trouble.Value >= TroubleAgain).ToList())
                _troubles.Remove(old);
            _troubles[message] = now;
        }
        Add("agent.trouble", message, app, pool);
    }

    /// <summary>Events newer than this id, oldest first, the first `limit` of them.</summary>
    public IReadOnlyList<EventDocument> After(long id, int limit) => _database.Query(
        "SELECT id, at, kind, app, pool, worker, message FROM events WHERE id > $id ORDER BY id LIMIT $limit",
        row => new EventDocument(
            row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6)),
        ("$id", id), ("$limit", limit));

    public Task AnyAfter(long id, CancellationToken cancellation)
    {
        lock (_gate)
            return _newest > id ? Task.CompletedTask : _changed.Task.WaitAsync(cancellation);
    }

    void Write(string kind, string message, string? app, string? pool, string? workerId)
    {
        var parts = workerId?.Split('.', 2);
        _database.Execute(
            "INSERT INTO events (at, kind, app, pool, worker, message) VALUES ($at, $kind, $app, $pool, $worker, $message)",
            ("$at", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("$kind", kind), ("$app", app ?? parts?[0]), ("$pool", pool ?? parts?[1].Split('.')[0]),
            ("$worker", parts?[1]), ("$message", message));
        TaskCompletionSource changed;
        lock (_gate)
        {
            _newest = _database.Query("SELECT MAX(id) FROM events", row => row.GetInt64(0))[0];
            if (_newest % 1000 == 0)
                _database.Execute("DELETE FROM events WHERE id <= $old", ("$old", _newest - Kept));
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }
}
