using System.Security.Cryptography;
using System.Text;

namespace Shop.Caching;

/// <summary>Rendered parts of pages, shared by all workers through memcached. Without memcached each is rendered when it is asked for.</summary>
internal sealed class FragmentCache(IReadOnlyList<string> servers, string release) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private readonly IReadOnlyList<MemcachedServer> _servers = [.. servers.Select(address => new MemcachedServer(address))];

    /// <summary>The fragment called `name`; X-Fragment-Cache on the answer says hit, miss or off.</summary>
    public async Task<Html> Get(HttpContext context, string name, Func<Task<Html>> render)
    {
        if (_servers.Count == 0)
            return await Say(context, "off", render);
        var key = "shop:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{release}|{name}")));
        var server = Choose(key);
        if (await server.Get(key) is { } found)
            return await Say(context, "hit", () => Task.FromResult(new Html(Encoding.UTF8.GetString(found))));
        var fragment = await Say(context, "miss", render);
        await server.Set(key, Encoding.UTF8.GetBytes(fragment.Text), Lifetime);
        return fragment;
    }

    public async Task<Part> Check()
    {
        if (_servers.Count == 0)
            return new Part("memcached", "off", "MEMCACHE_SERVERS is not set: fragments are rendered for each request.");
        var answers = await Task.WhenAll(_servers.Select(server => server.Check()));
        var silent = _servers.Zip(answers).Where(pair => !pair.Second).Select(pair => pair.First.Address).ToArray();
        var detail = $"{_servers.Count - silent.Length} of {_servers.Count} servers answer" + (silent.Length > 0 ? $"; silent: {string.Join(", ", silent)}" : "");
        return new Part("memcached", silent.Length == 0 ? "ok" : "failed", detail);
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
    }

    /// <summary>Highest random weight: when one server leaves the list, only its own keys move.</summary>
    private MemcachedServer Choose(string key) =>
        _servers.MaxBy(server => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(server.Address + key))))!;

    private static Task<Html> Say(HttpContext context, string outcome, Func<Task<Html>> render)
    {
        context.Response.Headers["X-Fragment-Cache"] = outcome;
        return render();
    }
}
