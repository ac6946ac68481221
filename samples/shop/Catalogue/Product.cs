namespace Shop.Catalogue;

/// <param name="Slug">The product's name in URLs and in the cart.</param>
/// <param name="PriceCents">Euro cents.</param>
internal sealed record Product(string Slug, string Name, string Category, int PriceCents, string Description);

internal static class Money
{
    public static string Euro(long cents) => $"€ {cents / 100}.{cents % 100:00}";
}
