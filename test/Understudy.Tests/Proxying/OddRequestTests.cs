namespace Understudy.Tests.Proxying;

public class OddRequestTests
{
    [Theory]
    [InlineData("both lengths", "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("both lengths, the other way round", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("two Content-Lengths", "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("a list of Content-Lengths", "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5, 5\r\n\r\nhello")]
    [InlineData("a negative Content-Length", "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("another coding", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("chunked not last", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("chunked twice", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("nearly chunked", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("chunked after a vertical tab", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("a space before the colon", "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("a folded header", "GET / HTTP/1.1\r\nHost: test\r\nX-A: 1\r\n 2\r\n\r\n")]
    [InlineData("a bare line feed after a header", "GET / HTTP/1.1\r\nHost: test\nX-A: 1\r\n\r\n")]
    [InlineData("a bare line feed after the request line", "GET / HTTP/1.1\nHost: test\r\n\r\n")]
    [InlineData("a bare carriage return in a header", "GET / HTTP/1.1\r\nHost: test\r\nX-A: 1\rX-B: 2\r\n\r\n")]
    [InlineData("a null in a header", "GET / HTTP/1.1\r\nHost: test\r\nX-A: 1\u00002\r\n\r\n")]
    [InlineData("two hosts", "GET / HTTP/1.1\r\nHost: test\r\nHost: other\r\n\r\n")]
    [InlineData("no host", "GET / HTTP/1.1\r\n\r\n")]
    [InlineData("a host with a slash", "GET / HTTP/1.1\r\nHost: te/st\r\n\r\n")]
    [InlineData("a target that is not the host's", "GET http://other/ HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("bytes beyond ASCII in the target", "GET /caf\u00e9 HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("a space in the target", "GET /a b HTTP/1.1\r\nHost: test\r\n\r\n")]
    [InlineData("no version", "GET /\r\n\r\n")]
    [InlineData("a version of its own", "GET / HTTP/1.2\r\nHost: test\r\n\r\n")]
    [InlineData("a header without a name", "GET / HTTP/1.1\r\nHost: test\r\n: x\r\n\r\n")]
    public async Task Odd_shapes_get_an_error_and_the_connection_is_closed(string what, string request)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send(request);
        var answer = await client.Answer();
        Assert.True(answer.Status is 400 or 505, what + ": " + answer.Head);
        Assert.True(await client.IsClosed(), what);
        Assert.Empty(worker.Calls);
    }

    [Theory]
    [InlineData("a chunk size that is none", "zz\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a bare line feed after the chunk size", "3\nabc\r\n0\r\n\r\n")]
    [InlineData("a bare line feed in a chunk extension", "3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a chunk longer than it says", "3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("a chunk size beyond 32 bits", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a negative chunk size", "-3\r\nabc\r\n0\r\n\r\n")]
    public async Task A_damaged_chunked_body_gets_400_and_nothing_after_it_is_taken_for_a_request(string what, string body)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n");
        var answer = await client.Answer();
        Assert.True(answer.Status == 400, what + ": " + answer.Head);
        Assert.True(await client.IsClosed(), what);
        Assert.DoesNotContain(worker.Calls, call => call.Line.Contains("smuggled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_worker_never_sees_two_requests_where_the_client_sent_one()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        var inner = "GET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";
        var answer = await RawClient.Ask(proxy.Port, $"POST /outer HTTP/1.1\r\nHost: test\r\nContent-Length: {inner.Length}\r\n\r\n{inner}");
        Assert.Equal(200, answer.Status);
        Assert.Equal("POST /outer HTTP/1.1", worker.Calls.Single().Line);
    }

    [Theory]
    [InlineData(201, 10, 431)]
    [InlineData(10, 7000, 431)]
    public async Task A_flood_of_headers_is_refused(int headers, int size, int status)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n" + string.Concat(Enumerable.Range(0, headers).Select(i => $"X-{i}: {new string('a', size)}\r\n")) + "\r\n");
        Assert.Equal(status, (await client.Answer()).Status);
        Assert.Empty(worker.Calls);
    }

    [Fact]
    public async Task A_target_that_is_too_long_is_refused()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        Assert.Equal(414, (await proxy.Get("/" + new string('a', 17 * 1024))).Status);
    }

    [Fact]
    public async Task Large_headers_within_the_limits_pass()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        var cookie = new string('c', 40_000);
        Assert.Equal(200, (await RawClient.Ask(proxy.Port, $"GET / HTTP/1.1\r\nHost: test\r\nCookie: {cookie}\r\n\r\n")).Status);
        Assert.Equal(cookie, worker.Calls.Single().Header("Cookie"));
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n")]
    public async Task A_body_above_the_apps_limit_gets_413(string framed)
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { BodyBytes = 10 }, worker);
        using var client = await proxy.Connect();
        await client.Send("POST / HTTP/1.1\r\nHost: test\r\n" + framed);
        Assert.Equal(413, (await client.Answer()).Status);
        Assert.True(await client.IsClosed());
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var worker = RawWorker.Start(call => call.Answer(call.Line.Split(' ')[1]));
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send(string.Concat(Enumerable.Range(0, 20).Select(i => i % 5 == 3
            ? $"POST /{i} HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc"
            : $"GET /{i} HTTP/1.1\r\nHost: test\r\n\r\n")));
        for (var i = 0; i < 20; i++) Assert.Equal($"/{i}", (await client.Answer()).Body);
    }

    [Fact]
    public async Task A_signed_length_reaches_the_worker_as_a_plain_one()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(worker);
        await RawClient.Ask(proxy.Port, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: +5\r\n\r\nhello");
        Assert.Equal("5", worker.Calls.Single().Header("Content-Length"));
    }

    [Fact]
    public async Task A_client_that_closed_its_sending_half_counts_as_gone_and_holds_no_slot()
    {
        await using var worker = RawWorker.Start(call => call.Never());
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        await Eventually.True(() => !worker.Calls.IsEmpty, "the request is inside");
        Assert.Equal(1, proxy.Pool.InFlight);
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.True(await client.IsClosed());
        await Eventually.True(() => proxy.Pool.InFlight == 0, "its slot is free");
    }
}
