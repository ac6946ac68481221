namespace Understudy.State;

/// <summary>The store's tables, as steps that each bring the version before forward. A step is never changed once released.</summary>
static class Schema
{
    static readonly string[] Steps =
    [
        """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
            app TEXT, pool TEXT, worker TEXT, message TEXT NOT NULL);
        CREATE TABLE workers (
            id TEXT PRIMARY KEY, generation INTEGER NOT NULL, release TEXT NOT NULL, phase TEXT NOT NULL, pid INTEGER NOT NULL,
            start_ticks INTEGER NOT NULL, port INTEGER NOT NULL, started_at INTEGER NOT NULL, ready_at INTEGER, leaving_since INTEGER,
            reason TEXT, requests INTEGER NOT NULL DEFAULT 0, boot TEXT NOT NULL);
        CREATE TABLE pools (
            id TEXT PRIMARY KEY, generation INTEGER NOT NULL, next_number INTEGER NOT NULL, wanted INTEGER NOT NULL,
            rules_hash TEXT NOT NULL, scale_min INTEGER, scale_max INTEGER);
        """,
        """
        CREATE TABLE apps (
            app TEXT PRIMARY KEY, current TEXT, target TEXT,
            maintenance_since INTEGER, maintenance_retry INTEGER NOT NULL DEFAULT 60);
        CREATE TABLE releases (
            app TEXT NOT NULL, name TEXT NOT NULL, made_at INTEGER NOT NULL, made_by TEXT NOT NULL, git_commit TEXT, git_ref TEXT,
            artifact TEXT, bytes INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, reason TEXT, left_at INTEGER,
            PRIMARY KEY (app, name));
        CREATE TABLE deploys (
            id INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT NOT NULL, kind TEXT NOT NULL, release TEXT NOT NULL, previous TEXT,
            owner TEXT NOT NULL, reason TEXT, phase TEXT NOT NULL, phases TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT);
        CREATE TABLE env (
            app TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, set_at INTEGER NOT NULL, set_by TEXT NOT NULL, PRIMARY KEY (app, name));
        CREATE TABLE scheduled (
            app TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, last_due INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, outcome TEXT, PRIMARY KEY (app, name));
        """,
        """
        CREATE TABLE tokens (
            name TEXT PRIMARY KEY, hash BLOB NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, used_at INTEGER);
        """,
        """
        CREATE TABLE stale (
            id TEXT PRIMARY KEY, since INTEGER NOT NULL, reason TEXT NOT NULL, release TEXT NOT NULL, generation INTEGER NOT NULL,
            abandoned INTEGER NOT NULL, boot TEXT NOT NULL);
        ALTER TABLE pools ADD COLUMN stop_within INTEGER;
        """,
        """
        CREATE TABLE store (key TEXT NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL, value BLOB, PRIMARY KEY (key, revision)) WITHOUT ROWID;
        CREATE INDEX store_by_revision ON store (revision);
        CREATE TABLE store_head (revision INTEGER NOT NULL, compacted INTEGER NOT NULL);
        INSERT INTO store_head VALUES (1, 0);
        """,
    ];

    public static void BringForward(Database database, string path)
    {
        var version = database.Query("PRAGMA user_version", row => row.GetInt32(0))[0];
        if (version > Steps.Length)
            throw new OperationRefused($"the state in {path} was written by a newer Understudy (its schema is {version}, this version knows {Steps.Length}). Install that version again, or move the file away");
        for (; version < Steps.Length; version++)
            database.Execute($"BEGIN IMMEDIATE; {Steps[version]} PRAGMA user_version = {version + 1}; COMMIT;");
    }
}
