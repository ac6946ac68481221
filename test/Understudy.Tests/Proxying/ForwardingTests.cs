using System.Text;

namespace Understudy.Tests.Proxying;

public class ForwardingTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/@scope%2fname")]
    [InlineData("/a/../b/./c")]
    [InlineData("//double//slash?x=1&y=%20%zz")]
    [InlineData("/a%2Fb%2e%2E?q=a+b#frag")]
    [InlineData("/semi;colon=1,2|3\\4^`{}")]
    [InlineData("/?only=query")]
    public async Task The_target_reaches_the_worker_byte_by_byte(string target)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await proxy.Get(target);
        Assert.Equal(200, answer.Status);
        Assert.Equal($"GET {target} HTTP/1.1", worker.Calls.Single().Line);
    }

    [Theory]
    [InlineData("EXAMPLE.com:08080")]
    [InlineData("a_b.example:80")]
    [InlineData("[::1]:80")]
    [InlineData("127.0.0.1")]
    [InlineData("xn--bcher-kva.example")]
    public async Task The_host_reaches_the_worker_byte_by_byte(string host)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(200, (await proxy.Get("/", host)).Status);
        Assert.Equal(host, worker.Calls.Single().Header("Host"));
        Assert.Equal(host, worker.Calls.Single().Header("X-Forwarded-Host"));
    }

    [Fact]
    public async Task An_absolute_target_becomes_its_origin_form()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await RawClient.Ask(proxy.Port, "GET http://test/a%2fb?c HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal(200, answer.Status);
        Assert.Equal("GET /a%2fb?c HTTP/1.1", worker.Calls.Single().Line);
    }

    [Fact]
    public async Task Header_bytes_beyond_ascii_pass_both_ways()
    {
        await using var worker = RawWorker.Start(call => call.Send("HTTP/1.1 200 OK\r\nX-Back: gr\u00fc\u00df\u00e9\u00ff\r\nContent-Length: 0\r\n\r\n"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nX-Name: caf\u00e9 \u0080\u00ff\r\n\r\n");
        Assert.Equal("caf\u00e9 \u0080\u00ff", worker.Calls.Single().Header("X-Name"));
        Assert.Equal("gr\u00fc\u00df\u00e9\u00ff", answer.Header("X-Back"));
    }

    [Fact]
    public async Task Bodies_pass_both_ways_with_their_framing()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            var body = Encoding.Latin1.GetString(await call.Body());
            await call.Send($"HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        var small = await RawClient.Ask(proxy.Port, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Type: text/x\r\n\r\nhello");
        Assert.Equal((201, "hello"), (small.Status, small.Body));
        Assert.StartsWith("HTTP/1.1 201 Made", small.Head, StringComparison.Ordinal);
        var chunked = await RawClient.Ask(proxy.Port, "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        Assert.Equal((201, "abcde"), (chunked.Status, chunked.Body));
        Assert.Equal(["5", null], worker.Calls.Select(call => call.Header("Content-Length")));
        Assert.Equal("text/x", worker.Calls.First().Header("Content-Type"));
    }

    [Fact]
    public async Task Head_no_content_and_not_modified_have_no_body_and_keep_the_connection()
    {
        await using var worker = RawWorker.Start(call => call.Send(call.Line.Split(' ')[1] switch
        {
            "/head" => "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: \"a\"\r\n\r\n",
            "/304" => "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 77\r\n\r\n",
            "/204" => "HTTP/1.1 204 No Content\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        }));
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("HEAD /head HTTP/1.1\r\nHost: test\r\n\r\n");
        var head = await client.Answer(head: true);
        Assert.Equal((200, "1234", "\"a\""), (head.Status, head.Header("Content-Length"), head.Header("ETag")));
        await client.Send("GET /304 HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal(304, (await client.Answer()).Status);
        await client.Send("GET /204 HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal(204, (await client.Answer()).Status);
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        Assert.Equal("ok", (await client.Answer()).Body);
    }

    [Fact]
    public async Task Compressed_answers_and_repeated_headers_are_left_alone()
    {
        await using var worker = RawWorker.Start(call => call.Send(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nServer: mine/1\r\nContent-Length: 4\r\n\r\n\u001f\u008b\u0000\u0001"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nAccept-Encoding: gzip, br\r\n\r\n");
        Assert.Equal("\u001f\u008b\u0000\u0001", answer.Body);
        Assert.Equal(("gzip", "a=1|b=2", "mine/1"), (answer.Header("Content-Encoding"), answer.Header("Set-Cookie"), answer.Header("Server")));
        Assert.Equal("gzip, br", worker.Calls.Single().Header("Accept-Encoding"));
    }

    [Fact]
    public async Task Trailers_of_an_answer_pass()
    {
        await using var worker = RawWorker.Start(call => call.Send(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await proxy.Get("/");
        Assert.Equal("ok", answer.Body);
        Assert.Equal("X-Sum: 42\n", answer.Trailers);
    }

    [Fact]
    public async Task Hop_by_hop_headers_stay_on_their_hop()
    {
        await using var worker = RawWorker.Start(call => call.Send("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nConnection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: trailers, gzip\r\nX-Stays: 1\r\n\r\n");
        var call = worker.Calls.Single();
        Assert.Equal((null, null, null), (call.Header("X-Secret"), call.Header("Keep-Alive"), call.Header("Proxy-Connection")));
        Assert.Equal(("trailers", "1"), (call.Header("TE"), call.Header("X-Stays")));
        Assert.Null(answer.Header("Keep-Alive"));
    }

    [Fact]
    public async Task The_client_is_told_to_the_worker_and_spoofed_headers_are_dropped()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Port: 1\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Request-ID: mine-1\r\nX-Request-Start: t=1\r\n\r\n");
        var call = worker.Calls.Single();
        Assert.DoesNotContain("6.6.6.6", call.Head, StringComparison.Ordinal);
        Assert.Equal(("127.0.0.1", "http", null), (call.Header("X-Forwarded-For"), call.Header("X-Forwarded-Proto"), call.Header("X-Forwarded-Port")));
        Assert.Equal("mine-1", call.Header("X-Request-ID"));
        Assert.Matches(@"^t=\d{10}\.\d{3}$", call.Header("X-Request-Start"));
        await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nX-Request-ID: <script>\r\n\r\n");
        Assert.Matches("^[0-9a-f]{32}$", worker.Calls.Last().Header("X-Request-ID"));
    }

    [Fact]
    public async Task A_trusted_peer_is_believed_and_added_to()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        proxy.Runtime.Apply(new(9, [ProxyUnderTest.App("app", [], pool => pool, worker)]) { TrustedProxies = ["10.0.0.0/8", "127.0.0.1"] });
        await RawClient.Ask(proxy.Port, "GET / HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n\r\n");
        var call = worker.Calls.Single();
        Assert.Equal(("1.2.3.4, 127.0.0.1", "https", "shop.example"),
            (call.Header("X-Forwarded-For"), call.Header("X-Forwarded-Proto"), call.Header("X-Forwarded-Host")));
    }

    [Theory]
    [InlineData("DELETE / HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\r\n", "application/json", "0")]
    [InlineData("POST / HTTP/1.1\r\nHost: test\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n", "a/b", "0")]
    [InlineData("POST / HTTP/1.1\r\nHost: test\r\n\r\n", null, "0")]
    [InlineData("GET / HTTP/1.1\r\nHost: test\r\n\r\n", null, null)]
    public async Task Headers_about_a_body_pass_without_one(string request, string? type, string? length)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(200, (await RawClient.Ask(proxy.Port, request)).Status);
        Assert.Equal((type, length, null), (worker.Calls.Single().Header("Content-Type"), worker.Calls.Single().Header("Content-Length"), worker.Calls.Single().Header("Transfer-Encoding")));
    }

    [Fact]
    public async Task Options_of_the_whole_server_is_answered_and_connect_refused()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(200, (await RawClient.Ask(proxy.Port, "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n")).Status);
        Assert.Equal(501, (await RawClient.Ask(proxy.Port, "CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n")).Status);
        Assert.Empty(worker.Calls);
    }
}
