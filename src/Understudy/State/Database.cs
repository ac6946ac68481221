using Microsoft.Data.Sqlite;

namespace Understudy.State;

/// <summary>The embedded store's file. One connection, guarded by a lock: the agent is its only user.</summary>
sealed class Database : IDisposable
{
    readonly SqliteConnection _connection;
    readonly Lock _gate = new();
    bool _closed;

    static Database() => SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_sqlite3());

    /// <summary>Opens the file, or makes it, and brings it forward to this version's schema.</summary>
    /// <exception cref="OperationRefused">It was written by a newer version, is damaged, or cannot be opened.</exception>
    public Database(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            // NORMAL: a killed agent loses nothing; a power cut may lose the last events, never the file.
            Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=2000;");
            Schema.BringForward(this, path);
        }
        catch (SqliteException failure)
        {
            _connection.Dispose();
            throw new OperationRefused($"cannot open the state in {path}: {failure.Message}. Move the file away to start with empty state; running workers are then taken for strangers' and stopped");
        }
        catch (OperationRefused)
        {
            _connection.Dispose();
            throw;
        }
    }

    Database(SqliteConnection opened) => _connection = opened;

    /// <summary>For a look beside the running agent, as `run` needs; nothing is made or brought forward.</summary>
    /// <exception cref="OperationRefused">It is not there, or may not be read.</exception>
    public static Database Reading(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        try
        {
            connection.Open();
            return new Database(connection);
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new OperationRefused($"cannot read the state in {path}: {failure.Message}. It is open to the agent's own user only");
        }
    }

    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using var command = Command(sql, values);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>All of it is written, or nothing.</summary>
    public void Together(Action writes)
    {
        lock (_gate)
        {
            Execute("BEGIN IMMEDIATE");
            try
            {
                writes();
                Execute("COMMIT");
            }
            catch
            {
                Execute("ROLLBACK");
                throw;
            }
        }
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using var command = Command(sql, values);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>Who asks later gets ObjectDisposedException: an agent that stops may still be watched.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _connection.Dispose();
        }
    }

    SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
