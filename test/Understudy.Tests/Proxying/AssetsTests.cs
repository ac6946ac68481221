using System.Net;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>Files of live releases, answered by the proxy itself.</summary>
public sealed class AssetsTests : IDisposable
{
    const string Fingerprinted = "/assets/app-5f3c2b1a.css";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Put(string release, string path, string content) => Put(release, path, Encoding.UTF8.GetBytes(content));

    string Put(string release, string path, byte[] content)
    {
        var full = Path.Combine(folder[release], path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    AppRoute App(RawWorker worker, string pattern, params string[] releases) =>
        ProxyUnderTest.App("app", [], pool => pool, worker) with { Assets = [.. releases.Select(release => new AssetRoute(folder[release], pattern))] };

    static Task<RawAnswer> Ask(ProxyUnderTest proxy, string target, string headers = "", string method = "GET") =>
        RawClient.Ask(proxy.Port, $"{method} {target} HTTP/1.1\r\nHost: test\r\n{headers}\r\n");

    [Fact]
    public async Task The_newest_release_that_has_the_file_answers_and_else_a_worker()
    {
        Put("new", "public/assets/shared.css", "new shared");
        Put("old", "public/assets/shared.css", "old shared");
        Put("old", "public/assets/app-5f3c2b1a.css", "old app");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "new", "old"));
        Assert.Equal("new shared", (await Ask(proxy, "/assets/shared.css")).Body);
        Assert.Equal("old app", (await Ask(proxy, Fingerprinted + "?x=1")).Body);
        Assert.Empty(worker.Calls);
        Assert.Equal("worker", (await Ask(proxy, "/assets/neither.css")).Body);
        Assert.Equal("worker", (await Ask(proxy, "/assets/shared.css", "Content-Length: 0\r\n", "POST")).Body);
        Assert.Equal("worker", (await Ask(proxy, "/cart")).Body);
        Assert.Equal(3, worker.Calls.Count);
        Assert.Equal(3, proxy.Pool.Requests);
        await Eventually.True(() => proxy.Runtime.Routing.Apps[0].Counters.OfStatus(200) == 5, "all are counted");

        proxy.Apply(App(worker, "public/assets", "new"));
        Assert.Equal("worker", (await Ask(proxy, Fingerprinted)).Body);
        Directory.Delete(folder["new"], recursive: true);
        Assert.Equal("worker", (await Ask(proxy, "/assets/shared.css")).Body);
    }

    [Fact]
    public async Task Releases_may_differ_in_where_they_keep_them()
    {
        Put("new", "dist/assets/new.css", "new");
        Put("old", "public/assets/old.css", "old");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "dist", "new") with
        {
            Assets = [new AssetRoute(folder["new"], "dist"), new AssetRoute(folder["old"], "public/assets")],
        });
        Assert.Equal("new", (await Ask(proxy, "/assets/new.css")).Body);
        Assert.Equal("old", (await Ask(proxy, "/assets/old.css")).Body);
        Assert.Equal("worker", (await Ask(proxy, "/")).Body);
    }

    [Fact]
    public async Task An_answer_says_what_it_is_and_how_long_to_keep_it()
    {
        Put("one", "public/assets/app-5f3c2b1a.css", "body {}");
        var plain = Put("one", "public/assets/logo.svg", "<svg/>");
        Put("one", "public/assets/blob", "?");
        File.SetLastWriteTimeUtc(plain, new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc));
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "one"));
        var css = await Ask(proxy, Fingerprinted);
        Assert.Equal("text/css; charset=utf-8", css.Header("Content-Type"));
        Assert.Equal("public, max-age=31536000, immutable", css.Header("Cache-Control"));
        Assert.Equal("7", css.Header("Content-Length"));
        var svg = await Ask(proxy, "/assets/logo.svg");
        Assert.Equal("image/svg+xml", svg.Header("Content-Type"));
        Assert.Equal("public, max-age=0, must-revalidate", svg.Header("Cache-Control"));
        Assert.Equal("Thu, 29 Feb 2024 12:00:00 GMT", svg.Header("Last-Modified"));
        Assert.Equal("application/octet-stream", (await Ask(proxy, "/assets/blob")).Header("Content-Type"));

        var head = await Ask(proxy, Fingerprinted, method: "HEAD");
        Assert.Equal((200, "7", css.Header("ETag")), (head.Status, head.Header("Content-Length"), head.Header("ETag")));
        Assert.Empty(worker.Calls);
    }

    [Fact]
    public async Task What_the_client_has_is_not_sent_again()
    {
        Put("one", "public/assets/app.css", "body {}");
        var tagged = Put("two", "public/assets/app.css", "other {");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "one"));
        var first = await Ask(proxy, "/assets/app.css");
        var tag = first.Header("ETag")!;
        Assert.Matches("^\"[0-9a-f-]+\"$", tag);
        using var client = await proxy.Connect();
        foreach (var condition in new[] { $"If-None-Match: {tag}", $"If-None-Match: \"x\", W/{tag}", $"If-Modified-Since: {first.Header("Last-Modified")}" })
        {
            await client.Send($"GET /assets/app.css HTTP/1.1\r\nHost: test\r\n{condition}\r\n\r\n");
            var unchanged = await client.Answer();
            Assert.Equal((304, tag), (unchanged.Status, unchanged.Header("ETag")));
            Assert.NotNull(unchanged.Header("Cache-Control"));
        }

        Assert.Equal(200, (await Ask(proxy, "/assets/app.css", "If-None-Match: \"x\"\r\n")).Status);

        // As long and as old as before, as an archive that keeps no times leaves it: still another.
        File.SetLastWriteTimeUtc(tagged, File.GetLastWriteTimeUtc(Path.Combine(folder["one"], "public/assets/app.css")));
        proxy.Apply(App(worker, "public/assets", "two", "one"));
        Assert.Equal("other {", (await Ask(proxy, "/assets/app.css", $"If-None-Match: {tag}\r\n")).Body);
        File.SetLastWriteTimeUtc(tagged, DateTime.UnixEpoch);
        Assert.Null((await Ask(proxy, "/assets/app.css")).Header("Last-Modified"));
    }

    [Fact]
    public async Task A_range_is_answered_with_that_part()
    {
        Put("one", "public/assets/film.mp4", "0123456789");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "one"));
        var part = await Ask(proxy, "/assets/film.mp4", "Range: bytes=2-5\r\n");
        Assert.Equal((206, "2345", "bytes 2-5/10"), (part.Status, part.Body, part.Header("Content-Range")));
        Assert.Equal(416, (await Ask(proxy, "/assets/film.mp4", "Range: bytes=20-\r\n")).Status);
    }

    [Theory]
    [InlineData("br, gzip", "br", "brotli")]
    [InlineData("gzip, deflate", "gzip", "gzipped")]
    [InlineData("GZIP;q=0.5, br;q=0", "gzip", "gzipped")]
    [InlineData("identity", null, "plain")]
    [InlineData("", null, "plain")]
    [InlineData("%%%", null, "plain")]
    public async Task A_packed_copy_goes_to_those_who_can_unpack_it(string accepts, string? encoding, string body)
    {
        Put("one", "public/assets/app-5f3c2b1a.css", "plain");
        Put("one", "public/assets/app-5f3c2b1a.css.br", "brotli");
        Put("one", "public/assets/app-5f3c2b1a.css.gz", "gzipped");
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets/*.css", "one"));
        var answer = await Ask(proxy, Fingerprinted, $"Accept-Encoding: {accepts}\r\n");
        Assert.Equal((encoding, body, "Accept-Encoding", "text/css; charset=utf-8"),
            (answer.Header("Content-Encoding"), answer.Body, answer.Header("Vary"), answer.Header("Content-Type")));
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/assets/../../../secret")]
    [InlineData("/assets/%2e%2e/%2e%2e/%2e%2e/secret")]
    [InlineData("/assets/..%2f..%2f..%2fsecret")]
    [InlineData("/assets/%2e%2e%5c..%5csecret")]
    [InlineData("/assets/%252e%252e/secret")]
    [InlineData("/assets/.env")]
    [InlineData("/assets/out")]
    [InlineData("/assets/outside/secret")]
    [InlineData("/assets/sub")]
    [InlineData("/assets/")]
    public async Task Nothing_else_of_the_host_is_served(string target)
    {
        File.WriteAllText(folder["secret"], "secret");
        Put("one", "secret", "secret");
        Put("one", "public/assets/.env", "secret");
        Put("one", "public/assets/sub/app.css", "body {}");
        File.CreateSymbolicLink(Path.Combine(folder["one"], "public/assets/out"), folder["secret"]);
        File.CreateSymbolicLink(Path.Combine(folder["one"], "public/assets/outside"), folder.Path);
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "one"));
        Assert.Equal("worker", (await Ask(proxy, target)).Body);
        Assert.StartsWith($"GET {target} ", worker.Calls.Single().Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_is_streamed_and_a_client_that_goes_away_does_no_harm()
    {
        var content = new byte[9_000_001];
        new Random(5).NextBytes(content);
        Put("one", "public/assets/film.mp4", content);
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(App(worker, "public/assets", "one"));
        for (var i = 0; i < 3; i++)
        {
            using var gone = await proxy.Connect();
            await gone.Send("GET /assets/film.mp4 HTTP/1.1\r\nHost: test\r\n\r\n");
            await gone.Reader.Head(gone.Deadline);
            RawWorker.Reset(gone.Socket);
        }

        var answer = await Ask(proxy, "/assets/film.mp4");
        Assert.True(Encoding.Latin1.GetBytes(answer.Body).AsSpan().SequenceEqual(content));
        await Eventually.True(() => proxy.Runtime.Routing.Apps[0].Counters.OfStatus(200) == 4, "all have ended");
    }

    [Fact]
    public async Task Over_http_2_too()
    {
        var content = new byte[3_000_000];
        new Random(5).NextBytes(content);
        Put("one", "public/assets/app-5f3c2b1a.js", content);
        await using var worker = RawWorker.Answering("worker");
        await using var proxy = await ProxyUnderTest.Start(HttpProtocols.Http2, App(worker, "public/assets", "one"));
        using var client = new HttpClient(new SocketsHttpHandler()) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var address = new Uri($"http://127.0.0.1:{proxy.Port}/assets/app-5f3c2b1a.js");
        Assert.Equal(content, await client.GetByteArrayAsync(address).Within());
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact }).Within();
        Assert.Equal(content.Length, head.Content.Headers.ContentLength);
        Assert.Empty(worker.Calls);
    }
}
