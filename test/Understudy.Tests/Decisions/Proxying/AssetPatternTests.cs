using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class AssetPatternTests
{
    [Theory]
    [InlineData("public/assets", "/assets/app.js", "public/assets/app.js")]
    [InlineData("./public/assets/", "/assets/a/b/app.js", "public/assets/a/b/app.js")]
    [InlineData("public/assets", "/assets/app.js?v=2", "public/assets/app.js")]
    [InlineData("bin/shop/public/assets", "/assets/shop-00112233aabbccdd.css", "bin/shop/public/assets/shop-00112233aabbccdd.css")]
    [InlineData("public", "/favicon.ico", "public/favicon.ico")]
    [InlineData("wwwroot", "/css/site.css", "wwwroot/css/site.css")]
    [InlineData("dist", "/index.js", "dist/index.js")]
    [InlineData("dist/public/js", "/js/index.js", "dist/public/js/index.js")]
    [InlineData("public/dist", "/dist/index.js", "public/dist/index.js")]
    [InlineData("dist/static", "/static/index.js", "dist/static/index.js")]
    [InlineData("shop/static", "/static/index.js", "shop/static/index.js")]
    [InlineData("static/dist", "/static/dist/index.js", "static/dist/index.js")]
    [InlineData("assets", "/assets/app.js", "assets/app.js")]
    [InlineData(".output/public", "/app.js", ".output/public/app.js")]
    [InlineData("public/robots.txt", "/robots.txt", "public/robots.txt")]
    [InlineData("public/packs-*/**", "/packs-test/js/app.js", "public/packs-test/js/app.js")]
    [InlineData("public/packs-*", "/packs-test/js/app.js", "public/packs-test/js/app.js")]
    [InlineData("public/assets/*.js", "/assets/app.js", "public/assets/app.js")]
    [InlineData("public/**/*.css", "/a/b/c/app.css", "public/a/b/c/app.css")]
    [InlineData("public/**/*.css", "/app.css", "public/app.css")]
    [InlineData("public/**/fonts/**/*.woff2", "/a/fonts/b/fonts/c.woff2", "public/a/fonts/b/fonts/c.woff2")]
    [InlineData("public/?.js", "/a.js", "public/a.js")]
    [InlineData("public/assets", "/assets/caf%C3%A9%20one%25.js", "public/assets/café one%.js")]
    [InlineData("public/assets", "/%61ssets/app.js", "public/assets/app.js")]
    [InlineData("public/my assets", "/my%20assets/app.js", "public/my assets/app.js")]
    public void A_url_means_a_file(string pattern, string target, string file) => Assert.Equal(file, AssetPattern.Parse(pattern)!.FileFor(target));

    [Theory]
    [InlineData("public/assets", "/")]
    [InlineData("public", "/")]
    [InlineData("public/assets", "/cart")]
    [InlineData("public/assets", "/assetsx/app.js")]
    [InlineData("public/assets", "/Assets/app.js")]
    [InlineData("public/assets", "/cart?from=/assets/app.js%20")]
    [InlineData("public/assets/*.js", "/assets/app.css")]
    [InlineData("public/assets/*.js", "/assets/deep/app.js")]
    [InlineData("public/?.js", "/ab.js")]
    [InlineData("public/**/*.css", "/a/b/app.js")]
    [InlineData("assets", "/app.js")]
    public void A_url_outside_the_pattern_means_none(string pattern, string target) => Assert.Null(AssetPattern.Parse(pattern)!.FileFor(target));

    [Theory]
    [InlineData("/../config/master.key")]
    [InlineData("/assets/../../config/master.key")]
    [InlineData("/assets/%2e%2e/%2E%2E/config/master.key")]
    [InlineData("/assets/..%2f..%2fconfig/master.key")]
    [InlineData("/assets/..%5c..%5cconfig")]
    [InlineData("/assets/..\\config")]
    [InlineData("/assets/%252e%252e/%252e%252e/config", "public/assets/%2e%2e/%2e%2e/config")]
    [InlineData("/assets/./app.js")]
    [InlineData("/assets//app.js")]
    [InlineData("//assets/app.js")]
    [InlineData("/assets/")]
    [InlineData("/assets/.env")]
    [InlineData("/assets/%2eenv")]
    [InlineData("/assets/.git/config")]
    [InlineData("/assets/app.js%00.png")]
    [InlineData("/assets/%ff%fe.js")]
    [InlineData("/assets/%c0%ae%c0%ae/x")]
    [InlineData("/assets/%")]
    [InlineData("/assets/%4")]
    [InlineData("/assets/%zz")]
    [InlineData("/assets/caf\u00e9.js")]
    [InlineData("/assets/a b.js")]
    [InlineData("/assets/app.js#top")]
    [InlineData("*")]
    [InlineData("")]
    public void An_odd_url_is_left_to_a_worker_and_nothing_is_decoded_twice(string target, string? file = null)
    {
        Assert.Equal(file, AssetPattern.Parse("public/assets")!.FileFor(target));
        Assert.Equal(file, AssetPattern.Parse("public")!.FileFor(target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("../secrets")]
    [InlineData("public/../..")]
    [InlineData("public//assets")]
    [InlineData(".")]
    [InlineData("public\\assets")]
    [InlineData("public/a\0b")]
    public void A_pattern_that_leaves_the_release_is_none(string pattern) => Assert.Null(AssetPattern.Parse(pattern));

    [Fact]
    public void A_pattern_of_many_wildcards_ends_soon_on_a_long_url()
    {
        var pattern = AssetPattern.Parse(string.Concat(Enumerable.Repeat("**/a*/", 40)) + "never")!;
        var started = TimeProvider.System.GetTimestamp();
        Assert.Null(pattern.FileFor(string.Concat(Enumerable.Repeat("/a", 1000))));
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }
}
