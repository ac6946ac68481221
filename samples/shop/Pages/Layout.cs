using Shop.Catalogue;
using Shop.Orders;

namespace Shop.Pages;

/// <summary>What surrounds every page.</summary>
internal static class Layout
{
    public static IResult Page(HttpContext context, Assets assets, string title, Html body, int status = StatusCodes.Status200OK, string search = "")
    {
        var cart = Cart.Read(context.Request);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers["X-Worker"] = Environment.ProcessId.ToString();
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{title} · Prompt Corner</title>
              <link rel="stylesheet" href="{assets.Url("shop.css")}">
              <link rel="icon" href="{assets.Url("logo.svg")}">
            </head>
            <body>
              <header>
                <a class="brand" href="/"><img src="{assets.Url("logo.svg")}" alt="" width="36" height="36"> Prompt Corner</a>
                <form class="search" action="/" role="search">
                  <input type="search" name="q" value="{search}" placeholder="Search the wings" aria-label="Search">
                  <button>Search</button>
                </form>
                <a class="cart" href="/cart">Cart <b>{cart.Pieces}</b></a>
              </header>
              <main>
            {body}
              </main>
              <footer>Everything for the stage, since the first understudy waited in the wings. <a href="/up/details">How this worker is doing</a></footer>
            </body>
            </html>

            """);
        return Results.Content(page.Text, "text/html; charset=utf-8", statusCode: status);
    }

    public static Html Picture(Assets assets, Product product) => Html.Of($"""
        <div class="picture" style="--hue: {Hue(product.Slug)}"><img src="{assets.Url(product.Category.ToLowerInvariant() + ".svg")}" alt="" loading="lazy"></div>
        """);

    /// <summary>The same colour for a product on every worker, which string.GetHashCode would not give.</summary>
    private static int Hue(string slug) => slug.Aggregate(7, (hue, character) => (hue * 31 + character) % 360);
}
