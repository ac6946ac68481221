using System.Data.Common;
using Shop.Storage;

namespace Shop.Catalogue;

internal sealed class ProductTable(Database database)
{
    /// <summary>Products whose name, category or description has the words of `search`, in the shop's order.</summary>
    public async Task<List<Product>> Find(string search, string category, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = connection.Command("""
            SELECT slug, name, category, price_cents, description FROM products
            WHERE (@category = '' OR category = @category)
              AND lower(name || ' ' || category || ' ' || description) LIKE @pattern ESCAPE '\'
            ORDER BY position
            """, ("category", category), ("pattern", Pattern(search)));
        return await Read(command, cancel);
    }

    public async Task<IReadOnlyDictionary<string, Product>> BySlug(IEnumerable<string> slugs, CancellationToken cancel)
    {
        var wanted = slugs.Distinct().ToArray();
        if (wanted.Length == 0)
            return new Dictionary<string, Product>();
        await using var connection = await database.Open(cancel);
        var names = wanted.Select((_, index) => "@slug" + index);
        await using var command = connection.Command(
            $"SELECT slug, name, category, price_cents, description FROM products WHERE slug IN ({string.Join(", ", names)})",
            [.. wanted.Select((slug, index) => ("slug" + index, (object)slug))]);
        return (await Read(command, cancel)).ToDictionary(product => product.Slug);
    }

    private static string Pattern(string search) =>
        "%" + string.Join('%', search.ToLowerInvariant().Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)) + "%";

    private static async Task<List<Product>> Read(DbCommand command, CancellationToken cancel)
    {
        var products = new List<Product>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            products.Add(new Product(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3), rows.GetString(4)));
        return products;
    }
}
