using Shop;
using Shop.Caching;
using Shop.Catalogue;
using Shop.Experiments;
using Shop.Orders;
using Shop.Pages;
using Shop.Storage;

const int wrongConfiguration = 2;
Settings settings;
try
{
    settings = Settings.From(Environment.GetEnvironmentVariable);
}
catch (FormatException error)
{
    Console.Error.WriteLine($"shop: {error.Message}");
    return wrongConfiguration;
}
var assets = Assets.Load(AppContext.BaseDirectory);

await using var database = Database.From(settings);
using var fragments = new FragmentCache(settings.MemcacheServers, release: assets.Digest);
await using var experiment = new Experiment(settings.RedisUrl);
var products = new ProductTable(database);
var orders = new OrderTable(database);

var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, "").UseUrls(settings.Urls);
builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter("Shop", LogLevel.Information);
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.StopWithin);
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ShopJson.Default));

var app = builder.Build();
app.Use(ErrorPages.Handle);
HealthPages.Map(app, database, fragments, experiment);
assets.Map(app);
CataloguePages.Map(app, products, fragments, experiment, assets);
CartPages.Map(app, products, assets);
CheckoutPages.Map(app, products, orders, experiment, assets, settings);
await app.RunAsync();
return 0;
