using System.Data;
using System.Data.Common;
using Shop.Storage;

namespace Shop.Orders;

internal sealed class OrderTable(Database database)
{
    /// <summary>Writes the order and its lines, all or nothing, unless this token's order is there already.</summary>
    public async Task<Placed> Place(string token, Customer customer, IReadOnlyList<OrderLine> lines, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // ReadCommitted in PostgreSQL; SQLite raises it to its only level.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
        var (number, attempts) = await WriteHead(connection, token, customer, lines, cancel);
        if (attempts == 1)
            foreach (var line in lines)
                await WriteLine(connection, number, line, cancel);
        await transaction.CommitAsync(cancel);
        return new Placed(number, attempts == 1);
    }

    public async Task<Order?> ByToken(string token, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = connection.Command("""
            SELECT orders.id, orders.total_cents, line.slug, line.name, line.quantity, line.price_cents
            FROM orders JOIN order_lines line ON line.order_id = orders.id WHERE token = @token ORDER BY line.name
            """, ("token", token));
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var lines = new List<OrderLine>();
        var (number, total) = (0L, 0L);
        while (await rows.ReadAsync(cancel))
        {
            (number, total) = (rows.GetInt64(0), rows.GetInt64(1));
            lines.Add(new OrderLine(rows.GetString(2), rows.GetString(3), rows.GetInt32(4), rows.GetInt32(5)));
        }
        return lines.Count == 0 ? null : new Order(number, total, lines);
    }

    public async Task<OrderList> List(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = connection.Command("""
            SELECT id, token, attempts, (SELECT count(*) FROM order_lines WHERE order_id = orders.id), total_cents FROM orders ORDER BY id
            """);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var orders = new List<OrderSummary>();
        while (await rows.ReadAsync(cancel))
            orders.Add(new OrderSummary(rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2), (int)rows.GetInt64(3), rows.GetInt64(4)));
        return new OrderList(orders.Count, [.. orders.Select(order => order.Token)], orders);
    }

    private static async Task<(long Number, int Attempts)> WriteHead(
        DbConnection connection, string token, Customer customer, IReadOnlyList<OrderLine> lines, CancellationToken cancel)
    {
        await using var command = connection.Command("""
            INSERT INTO orders (token, attempts, name, email, address, total_cents, placed_at)
            VALUES (@token, 1, @name, @email, @address, @total, @placed)
            ON CONFLICT (token) DO UPDATE SET attempts = orders.attempts + 1
            RETURNING id, attempts
            """, ("token", token), ("name", customer.Name), ("email", customer.Email), ("address", customer.Address),
            ("total", lines.Sum(line => (long)line.PriceCents * line.Quantity)), ("placed", TimeProvider.System.GetUtcNow().ToString("O")));
        await using var rows = await command.ExecuteReaderAsync(cancel);
        await rows.ReadAsync(cancel);
        return (rows.GetInt64(0), rows.GetInt32(1));
    }

    private static async Task WriteLine(DbConnection connection, long number, OrderLine line, CancellationToken cancel)
    {
        await using var command = connection.Command("""
            INSERT INTO order_lines (order_id, slug, name, quantity, price_cents) VALUES (@order, @slug, @name, @quantity, @price)
            """, ("order", number), ("slug", line.Slug), ("name", line.Name), ("quantity", line.Quantity), ("price", line.PriceCents));
        await command.ExecuteNonQueryAsync(cancel);
    }
}
