using System.Security.Cryptography;

namespace Shop;

/// <summary>The style sheet and pictures under names that carry their digest, so that browsers and proxies may keep them for ever.</summary>
internal sealed class Assets
{
    private const int DigestLength = 16;
    private readonly Dictionary<string, string> _urls = [];
    private readonly Dictionary<string, byte[]> _published = [];

    private Assets() { }

    /// <summary>Changes whenever an asset does; part of each cached fragment's key.</summary>
    public required string Digest { get; init; }

    public string Url(string name) => "/assets/" + _urls[name];

    /// <summary>
    /// Names come from what the build put into assets/; public/assets/ holds the same under digest names, with those of earlier
    /// builds beside them, so that an old page finds its style sheet. All is read once: a rebuild cannot take it away.
    /// </summary>
    public static Assets Load(string folder)
    {
        var current = Directory.EnumerateFiles(Path.Combine(folder, "assets")).ToDictionary(file => Path.GetFileName(file), DigestName);
        var assets = new Assets { Digest = Hash(System.Text.Encoding.UTF8.GetBytes(string.Join('|', current.Values.Order()))) };
        foreach (var (name, digestName) in current)
            assets._urls[name] = digestName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "public/assets")))
            assets._published[Path.GetFileName(file)] = File.ReadAllBytes(file);
        return assets;
    }

    public void Map(WebApplication app) => app.MapGet("/assets/{file}", (string file, HttpContext context) =>
    {
        if (!_published.TryGetValue(file, out var content))
            return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(content, ContentType(file));
    });

    private static string DigestName(string file) =>
        $"{Path.GetFileNameWithoutExtension(file)}-{Hash(File.ReadAllBytes(file))}{Path.GetExtension(file)}";

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..DigestLength];

    private static string ContentType(string file) => Path.GetExtension(file) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
