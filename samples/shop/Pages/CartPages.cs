using Shop.Catalogue;
using Shop.Orders;

namespace Shop.Pages;

internal static class CartPages
{
    public static void Map(WebApplication app, ProductTable products, Assets assets)
    {
        app.MapGet("/cart", async (HttpContext context, CancellationToken cancel) =>
        {
            var lines = await Lines(Cart.Read(context.Request), products, cancel);
            return Layout.Page(context, assets, "Cart", lines.Count == 0 ? Empty : Filled(lines));
        });

        app.MapPost("/cart/add", (HttpContext context, CancellationToken cancel) => Change(context, (cart, slug, quantity) => cart.Add(slug, quantity)));
        app.MapPost("/cart/set", (HttpContext context, CancellationToken cancel) => Change(context, (cart, slug, quantity) => cart.Set(slug, quantity)));

        async Task<IResult> Change(HttpContext context, Action<Cart, string, int> change)
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            var slug = form["product"].ToString();
            if (!int.TryParse(form["quantity"].ToString() is { Length: > 0 } text ? text : "1", out var quantity)
                || !(await products.BySlug([slug], context.RequestAborted)).ContainsKey(slug))
                return Layout.Page(context, assets, "Not found", ErrorPages.NotFound, StatusCodes.Status400BadRequest);
            var cart = Cart.Read(context.Request);
            change(cart, slug, quantity);
            cart.Write(context);
            context.Response.Headers.Location = "/cart";
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }
    }

    /// <summary>The cart's products at today's prices; what is no longer sold falls out.</summary>
    public static async Task<IReadOnlyList<OrderLine>> Lines(Cart cart, ProductTable products, CancellationToken cancel)
    {
        var found = await products.BySlug(cart.Quantities.Keys, cancel);
        return [.. from entry in cart.Quantities
            where found.ContainsKey(entry.Key)
            let product = found[entry.Key]
            select new OrderLine(product.Slug, product.Name, entry.Value, product.PriceCents)];
    }

    public static Html Table(IReadOnlyList<OrderLine> lines, Func<OrderLine, Html> quantity) => Html.Of($"""
        <table>
          <thead><tr><th>Product</th><th>Pieces</th><th class="money">Price</th></tr></thead>
          <tbody>{Html.Each(lines, line => Html.Of($"""
            <tr><td><a href="/products/{line.Slug}">{line.Name}</a></td><td>{quantity(line)}</td><td class="money">{Money.Euro((long)line.PriceCents * line.Quantity)}</td></tr>
            """))}</tbody>
          <tfoot><tr><td colspan="2">Total</td><td class="money">{Money.Euro(lines.Sum(line => (long)line.PriceCents * line.Quantity))}</td></tr></tfoot>
        </table>
        """);

    private static readonly Html Empty = Html.Of($"""<h1>Your cart</h1><p class="empty">Still empty. <a href="/">Have a look round</a></p>""");

    private static Html Filled(IReadOnlyList<OrderLine> lines) => Html.Of($"""
        <h1>Your cart</h1>
        {Table(lines, line => Html.Of($"""
          <form class="quantity" method="post" action="/cart/set">
            <input type="hidden" name="product" value="{line.Slug}">
            <input type="number" name="quantity" value="{line.Quantity}" min="0" max="99" aria-label="Pieces of {line.Name}">
            <button>Change</button>
          </form>
          """))}
        <p class="next"><a class="button primary" href="/checkout">Check out</a></p>
        """);
}
