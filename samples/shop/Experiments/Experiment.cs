using StackExchange.Redis;

namespace Shop.Experiments;

/// <summary>Assignments and orders of each variant, since the counters began.</summary>
internal sealed record ExperimentResult(string Name, IReadOnlyDictionary<string, long> Assigned, IReadOnlyDictionary<string, long> Converted);

/// <summary>
/// Does "Take it home" on the button sell more than "Add to cart"? Each visitor gets one of two texts, in a cookie; Redis counts who was
/// given which, and which of them ordered. Pages never wait for Redis, and sell without it.
/// </summary>
internal sealed class Experiment : IAsyncDisposable
{
    private const string Name = "buy-button", Cookie = "variant";
    private const string Key = "shop:experiment:" + Name;
    private static readonly string[] Variants = ["a", "b"];
    private readonly Task<ConnectionMultiplexer>? _redis;

    public Experiment(Uri? url)
    {
        if (url is not null)
            _redis = ConnectionMultiplexer.ConnectAsync(Options(url));
    }

    /// <summary>The visitor's variant, a or b. The first page assigns one.</summary>
    public string VariantFor(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { } known && Variants.Contains(known))
            return known;
        var variant = Variants[Random.Shared.Next(Variants.Length)];
        context.Response.Cookies.Append(Cookie, variant, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(90) });
        Count("assigned", variant);
        return variant;
    }

    public void Converted(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is { } known && Variants.Contains(known))
            Count("converted", known);
    }

    public async Task<ExperimentResult?> Result()
    {
        if (_redis is null)
            return null;
        var counts = (await (await _redis).GetDatabase().HashGetAllAsync(Key)).ToDictionary(entry => (string)entry.Name!, entry => (long)entry.Value);
        Dictionary<string, long> Of(string what) => Variants.ToDictionary(variant => variant, variant => counts.GetValueOrDefault($"{what}:{variant}"));
        return new ExperimentResult(Name, Of("assigned"), Of("converted"));
    }

    public async Task<Part> Check(CancellationToken cancel)
    {
        if (_redis is null)
            return new Part("redis", "off", "REDIS_URL is not set: the experiment is not counted.");
        try
        {
            await (await _redis.WaitAsync(cancel)).GetDatabase().PingAsync().WaitAsync(cancel);
            return new Part("redis", "ok");
        }
        catch (Exception error) when (error is RedisException or TimeoutException or OperationCanceledException)
        {
            return new Part("redis", "failed", "Redis does not answer: the experiment is not counted.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is { IsCompletedSuccessfully: true })
            await _redis.Result.DisposeAsync();
    }

    private void Count(string what, string variant) => _ = CountLater(what, variant);

    private async Task CountLater(string what, string variant)
    {
        if (_redis is null)
            return;
        try
        {
            await (await _redis).GetDatabase().HashIncrementAsync(Key, $"{what}:{variant}");
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            // A count lost is not worth a visitor's time; /up/details says that Redis is away.
        }
    }

    private static ConfigurationOptions Options(Uri url)
    {
        const int defaultPort = 6379;
        var options = new ConfigurationOptions
        {
            EndPoints = { { url.Host, url.Port > 0 ? url.Port : defaultPort } },
            AbortOnConnectFail = false,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 1000,
            Ssl = url.Scheme == "rediss",
        };
        var login = url.UserInfo.Split(':', 2);
        if (login.Length > 1)
            options.Password = Uri.UnescapeDataString(login[1]);
        if (login[0].Length > 0)
            options.User = Uri.UnescapeDataString(login[0]);
        if (int.TryParse(url.AbsolutePath.Trim('/'), out var number))
            options.DefaultDatabase = number;
        return options;
    }
}
