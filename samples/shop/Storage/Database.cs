using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Shop.Storage;

/// <summary>Opens connections to PostgreSQL or SQLite, and sees to it that the tables exist before the first is handed out.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _postgres;
    private readonly string? _sqlite;
    private readonly SemaphoreSlim _preparing = new(1);
    private volatile bool _prepared;

    private Database(NpgsqlDataSource? postgres, string? sqlite) => (_postgres, _sqlite) = (postgres, sqlite);

    public string Kind => _postgres is null ? "sqlite" : "postgresql";

    public static Database From(Settings settings)
    {
        if (settings.Postgres is { } postgres)
            return new(NpgsqlDataSource.Create(postgres), null);
        Directory.CreateDirectory(Path.GetDirectoryName(settings.SqliteFile)!);
        return new(null, new SqliteConnectionStringBuilder { DataSource = settings.SqliteFile, DefaultTimeout = 10 }.ConnectionString);
    }

    public async Task<DbConnection> Open(CancellationToken cancel)
    {
        if (!_prepared)
            await Prepare(cancel);
        return await OpenUnprepared(cancel);
    }

    /// <summary>Answers a real question, or throws.</summary>
    public async Task Check(CancellationToken cancel)
    {
        await using var connection = await Open(cancel);
        await using var command = connection.Command("SELECT slug FROM products LIMIT 1");
        _ = await command.ExecuteScalarAsync(cancel) ?? throw new InvalidOperationException("The table products is empty.");
    }

    private async Task Prepare(CancellationToken cancel)
    {
        await _preparing.WaitAsync(cancel);
        try
        {
            if (_prepared)
                return;
            await using var connection = await OpenUnprepared(cancel);
            await (_postgres is null ? Schema.PrepareSqlite(connection, cancel) : Schema.PreparePostgres(connection, cancel));
            _prepared = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    private async Task<DbConnection> OpenUnprepared(CancellationToken cancel)
    {
        if (_postgres is not null)
            return await _postgres.OpenConnectionAsync(cancel);
        var connection = new SqliteConnection(_sqlite);
        await connection.OpenAsync(cancel);
        // SQLite's own wait for another process's write is woken in milliseconds; the library's retry sleeps 150 ms.
        await using var command = connection.Command("PRAGMA busy_timeout = 10000");
        await command.ExecuteNonQueryAsync(cancel);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        _preparing.Dispose();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        else
            SqliteConnection.ClearAllPools();
    }
}
