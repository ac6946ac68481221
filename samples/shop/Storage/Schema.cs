using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Shop.Catalogue;

namespace Shop.Storage;

/// <summary>Makes and fills the tables. Workers start at the same moment, so each step bears being done by several at once.</summary>
internal static class Schema
{
    private const int AdvisoryLock = 0x5409;

    public static async Task PrepareSqlite(DbConnection connection, CancellationToken cancel)
    {
        await SwitchToWriteAheadLog(connection, cancel);
        // IMMEDIATE (the library's default) takes the write lock first, so that two workers cannot both find the tables missing.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        await Prepare(connection, "INTEGER PRIMARY KEY", cancel);
        await transaction.CommitAsync(cancel);
    }

    public static async Task PreparePostgres(DbConnection connection, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await connection.Execute($"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancel);
        await Prepare(connection, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>This one statement does not wait for its lock, whatever busy_timeout says.</summary>
    private static async Task SwitchToWriteAheadLog(DbConnection connection, CancellationToken cancel)
    {
        const int busy = 5, attempts = 100;
        for (var attempt = 1; ; attempt++)
            try
            {
                await connection.Execute("PRAGMA journal_mode = WAL", cancel);
                return;
            }
            catch (SqliteException error) when (error.SqliteErrorCode == busy && attempt < attempts)
            {
                await Task.Delay(20, cancel);
            }
    }

    private static async Task Prepare(DbConnection connection, string identity, CancellationToken cancel)
    {
        await connection.Execute($"""
            CREATE TABLE IF NOT EXISTS products (
                slug TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
                price_cents INTEGER NOT NULL, description TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS orders (
                id {identity}, token TEXT NOT NULL UNIQUE, attempts INTEGER NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
                address TEXT NOT NULL, total_cents BIGINT NOT NULL, placed_at TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS order_lines (
                order_id BIGINT NOT NULL REFERENCES orders (id), slug TEXT NOT NULL, name TEXT NOT NULL,
                quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, slug));
            """, cancel);
        var position = 0;
        foreach (var product in FirstStock.Products)
        {
            await using var insert = connection.Command("""
                INSERT INTO products (slug, position, name, category, price_cents, description)
                VALUES (@slug, @position, @name, @category, @price, @description) ON CONFLICT (slug) DO NOTHING
                """, ("slug", product.Slug), ("position", ++position), ("name", product.Name), ("category", product.Category),
                ("price", product.PriceCents), ("description", product.Description));
            await insert.ExecuteNonQueryAsync(cancel);
        }
    }
}
