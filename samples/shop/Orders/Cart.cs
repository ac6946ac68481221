namespace Shop.Orders;

/// <summary>What a visitor has chosen, kept in the cookie `cart` alone: `gauze~2.skull~1`.</summary>
internal sealed class Cart
{
    private const string Cookie = "cart";
    private const int MostOfOne = 99, MostProducts = 30;
    private readonly Dictionary<string, int> _quantities = [];

    public IReadOnlyDictionary<string, int> Quantities => _quantities;

    public int Pieces => _quantities.Values.Sum();

    /// <summary>A cookie that is not a cart reads as an empty one.</summary>
    public static Cart Read(HttpRequest request)
    {
        var cart = new Cart();
        foreach (var entry in (request.Cookies[Cookie] ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries))
            if (entry.Split('~') is [var slug, var text] && int.TryParse(text, out var quantity))
                cart.Set(slug, quantity);
        return cart;
    }

    public void Add(string slug, int quantity) => Set(slug, _quantities.GetValueOrDefault(slug) + Math.Clamp(quantity, 0, MostOfOne));

    public void Set(string slug, int quantity)
    {
        if (quantity <= 0)
            _quantities.Remove(slug);
        else if (_quantities.Count < MostProducts || _quantities.ContainsKey(slug))
            _quantities[slug] = Math.Min(quantity, MostOfOne);
    }

    public void Write(HttpContext context) => context.Response.Cookies.Append(
        Cookie, string.Join('.', _quantities.Select(entry => $"{entry.Key}~{entry.Value}")), Options(context));

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.Headers["X-Forwarded-Proto"] == "https",
        MaxAge = TimeSpan.FromDays(14),
    };
}
