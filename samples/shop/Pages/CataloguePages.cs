using Shop.Caching;
using Shop.Catalogue;
using Shop.Experiments;

namespace Shop.Pages;

internal static class CataloguePages
{
    public static void Map(WebApplication app, ProductTable products, FragmentCache fragments, Experiment experiment, Assets assets)
    {
        app.MapGet("/", async (HttpContext context, string? q, string? category, CancellationToken cancel) =>
        {
            experiment.VariantFor(context);
            var (search, chosen) = (Shortened(q), FirstStock.Categories.Contains(category) ? category! : "");
            var grid = await fragments.Get(context, $"grid|{chosen}|{search}", async () => Grid(await products.Find(search, chosen, cancel), assets));
            return Layout.Page(context, assets, chosen.Length > 0 ? chosen : "Catalogue", Html.Of($"""
                <nav class="categories">
                  {Category("", "Everything", chosen)}
                  {Html.Each(FirstStock.Categories, category => Category(category, category, chosen))}
                </nav>
                {grid}
                """), search: search);
        });

        app.MapGet("/products/{slug}", async (HttpContext context, string slug, CancellationToken cancel) =>
        {
            var variant = experiment.VariantFor(context);
            var fragment = await fragments.Get(context, $"product|{variant}|{slug}", async () =>
                (await products.BySlug([slug], cancel)).TryGetValue(slug, out var product) ? Detail(product, variant, assets) : Html.Empty);
            return fragment == Html.Empty
                ? Layout.Page(context, assets, "Not found", ErrorPages.NotFound, StatusCodes.Status404NotFound)
                : Layout.Page(context, assets, slug.Replace('-', ' '), fragment);
        });
    }

    private static string Shortened(string? search) => (search ?? "").Trim() is { Length: > 60 } tooLong ? tooLong[..60] : (search ?? "").Trim();

    private static Html Category(string name, string label, string chosen) => Html.Of($"""
        <a class="{(name == chosen ? "chosen" : "")}" href="/{(name.Length > 0 ? $"?category={name}" : "")}">{label}</a>
        """);

    private static Html Grid(IReadOnlyList<Product> products, Assets assets) => products.Count == 0
        ? Html.Of($"""<p class="empty">Nothing in the wings by that name. <a href="/">See everything</a></p>""")
        : Html.Of($"""
            <ul class="grid">
              {Html.Each(products, product => Html.Of($"""
                <li><a href="/products/{product.Slug}">
                  {Layout.Picture(assets, product)}
                  <h2>{product.Name}</h2>
                  <p><span>{product.Category}</span> <b>{Money.Euro(product.PriceCents)}</b></p>
                </a></li>
                """))}
            </ul>
            """);

    private static Html Detail(Product product, string variant, Assets assets) => Html.Of($"""
        <article class="product">
          {Layout.Picture(assets, product)}
          <div>
            <p class="crumb"><a href="/?category={product.Category}">{product.Category}</a></p>
            <h1>{product.Name}</h1>
            <p class="price">{Money.Euro(product.PriceCents)}</p>
            <p>{product.Description}</p>
            <form method="post" action="/cart/add">
              <input type="hidden" name="product" value="{product.Slug}">
              <label>Pieces <input type="number" name="quantity" value="1" min="1" max="99"></label>
              <button class="primary">{(variant == "a" ? "Add to cart" : "Take it home")}</button>
            </form>
          </div>
        </article>
        """);
}
