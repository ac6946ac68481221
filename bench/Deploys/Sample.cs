namespace Understudy.Bench.Deploys;

/// <summary>A sample app that is deployed.</summary>
/// <param name="Name">Its folder in samples/ and its name.</param>
/// <param name="Stylesheet">The asset that each deploy changes.</param>
/// <param name="DataVariable">Names its database file.</param>
/// <param name="Command">As its understudy.yaml has it; the peer starts the same.</param>
/// <param name="Concurrency">Requests that one of its servers takes at a time, as its understudy.yaml has it.</param>
/// <param name="Env">As its understudy.yaml has it.</param>
sealed record Sample(string Name, string Stylesheet, string DataVariable, string Command, int Concurrency, IReadOnlyDictionary<string, string> Env)
{
    public static readonly IReadOnlyList<Sample> All =
    [
        new("shop", "assets/shop.css", "SHOP_DB", "exec dotnet bin/shop/shop.dll", 20, new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "0x1000000" }),
        new("rails-shop", "app/assets/shop.css", "RAILS_SHOP_DB", "exec ruby -S puma -C config/puma.rb", 5, new Dictionary<string, string> { ["RAILS_ENV"] = "development", ["WEB_CONCURRENCY"] = "0" }),
    ];

    /// <summary>What people look at in either sample.</summary>
    public static readonly IReadOnlyList<string> Pages =
        ["/", "/products/comedy-mask", "/?q=light", "/products/follow-spot", "/cart", "/products/velvet-curtain", "/?category=Masks", "/products/ghost-light"];
}
