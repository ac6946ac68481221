namespace Shop.Orders;

internal sealed record Customer(string Name, string Email, string Address);

internal sealed record OrderLine(string Slug, string Name, int Quantity, int PriceCents);

internal sealed record Order(long Number, long TotalCents, IReadOnlyList<OrderLine> Lines);

/// <param name="IsNew">False: this token's order was there already, and nothing was written but the attempt.</param>
internal sealed record Placed(long Number, bool IsNew);

/// <summary>What /orders.json tells, for tests.</summary>
/// <param name="Count">Orders written.</param>
/// <param name="Tokens">The form token of each, in the order written.</param>
internal sealed record OrderList(int Count, IReadOnlyList<string> Tokens, IReadOnlyList<OrderSummary> Orders);

/// <param name="Attempts">How often a checkout with this token was delivered: above 1, somebody sent it again.</param>
internal sealed record OrderSummary(long Number, string Token, int Attempts, int Lines, long TotalCents);
