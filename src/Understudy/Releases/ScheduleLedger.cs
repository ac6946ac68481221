using Microsoft.Data.Sqlite;
using Understudy.State;

namespace Understudy.Releases;

/// <summary>One scheduled command as written down.</summary>
/// <param name="At">The five fields that Through was counted with.</param>
/// <param name="Through">Every due time up to here has been run or passed over.</param>
sealed record ScheduleEntry(string App, string Name, string At, DateTimeOffset Through);

/// <summary>What scheduled commands have done, written before each of them starts: a due time that is written down is never run again.</summary>
sealed class ScheduleLedger(Database database)
{
    public ScheduleEntry? Find(string app, string name) => database.Query(
        "SELECT app, name, at, last_due FROM scheduled WHERE app = $app AND name = $name", Read, ("$app", app), ("$name", name)).FirstOrDefault();

    /// <summary>Those that had begun when the agent before this one ended.</summary>
    public IReadOnlyList<ScheduleEntry> Unended() => database.Query("SELECT app, name, at, last_due FROM scheduled WHERE started_at IS NOT NULL AND ended_at IS NULL", Read);

    public void Passed(ScheduleEntry entry) => database.Execute(
        "INSERT INTO scheduled (app, name, at, last_due) VALUES ($app, $name, $at, $due) ON CONFLICT (app, name) DO UPDATE SET at = $at, last_due = $due", Values(entry));

    public void Started(ScheduleEntry entry, DateTimeOffset now) => database.Execute(
        """
        INSERT INTO scheduled (app, name, at, last_due, started_at) VALUES ($app, $name, $at, $due, $now)
        ON CONFLICT (app, name) DO UPDATE SET at = $at, last_due = $due, started_at = $now, ended_at = NULL, outcome = NULL
        """,
        [.. Values(entry), ("$now", now.ToUnixTimeMilliseconds())]);

    public void Ended(string app, string name, DateTimeOffset now, string outcome) => database.Execute(
        "UPDATE scheduled SET ended_at = $now, outcome = $outcome WHERE app = $app AND name = $name", ("$app", app), ("$name", name), ("$now", now.ToUnixTimeMilliseconds()), ("$outcome", outcome));

    static (string, object?)[] Values(ScheduleEntry entry) =>
        [("$app", entry.App), ("$name", entry.Name), ("$at", entry.At), ("$due", entry.Through.ToUnixTimeMilliseconds())];

    static ScheduleEntry Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)));
}
