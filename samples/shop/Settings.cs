using Shop.Storage;

namespace Shop;

/// <summary>What the environment tells a worker. Everything has a default, so that `dotnet bin/shop/shop.dll` alone serves the shop.</summary>
internal sealed record Settings
{
    /// <summary>PORT (on loopback; HOST names another address), or ASPNETCORE_HTTP_PORTS, or 5000.</summary>
    public required string Urls { get; init; }

    /// <summary>From DATABASE_URL, postgres://user:password@host:port/database. Null: SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>SHOP_DB, the SQLite file. Default: db/shop.db in the working folder.</summary>
    public required string SqliteFile { get; init; }

    /// <summary>MEMCACHE_SERVERS, host:port,host:port. Empty: fragments are rendered each time.</summary>
    public required IReadOnlyList<string> MemcacheServers { get; init; }

    /// <summary>REDIS_URL, redis://[:password@]host:port[/database]. Null: nothing is counted.</summary>
    public Uri? RedisUrl { get; init; }

    /// <summary>SHOP_PAYMENT_MS, milliseconds that the pretended payment takes before the order is written. Default 0.</summary>
    public TimeSpan Payment { get; init; }

    /// <summary>SHOP_RECEIPT_MS, milliseconds that the pretended receipt takes after the order is written. Default 0.</summary>
    public TimeSpan Receipt { get; init; }

    /// <summary>SHOP_STOP_SECONDS, how long requests in flight may take after TERM. Default 25.</summary>
    public TimeSpan StopWithin { get; init; }

    public static Settings From(Func<string, string?> read)
    {
        string? Text(string name) => read(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
        Uri? Url(string name) => Text(name) is not { } value ? null
            : Uri.TryCreate(value, UriKind.Absolute, out var url) ? url
            : throw new FormatException($"{name} is not a URL: write it as scheme://host:port/name.");
        double Number(string name, double otherwise) => Text(name) is not { } value ? otherwise
            : double.TryParse(value, out var number) && number >= 0 ? number
            : throw new FormatException($"{name}={value} is not a number of at least 0.");

        var ports = Text("PORT") ?? Text("ASPNETCORE_HTTP_PORTS") ?? "5000";
        var host = Text("HOST") ?? "127.0.0.1";
        return new Settings
        {
            Urls = string.Join(';', ports.Split([';', ','], StringSplitOptions.TrimEntries).Select(port => $"http://{host}:{port}")),
            Postgres = Url("DATABASE_URL") is { } database ? PostgresUrl.ToConnectionString(database) : null,
            SqliteFile = Path.GetFullPath(Text("SHOP_DB") ?? "db/shop.db"),
            MemcacheServers = Text("MEMCACHE_SERVERS")?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [],
            RedisUrl = Url("REDIS_URL"),
            Payment = TimeSpan.FromMilliseconds(Number("SHOP_PAYMENT_MS", 0)),
            Receipt = TimeSpan.FromMilliseconds(Number("SHOP_RECEIPT_MS", 0)),
            StopWithin = TimeSpan.FromSeconds(Number("SHOP_STOP_SECONDS", 25)),
        };
    }
}
