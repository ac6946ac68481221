using System.Net.WebSockets;
using System.Text;

namespace Understudy.Tests.Proxying;

public class StreamingTests
{
    [Fact]
    public async Task Events_arrive_one_by_one_and_their_headers_before_the_first()
    {
        var next = new SemaphoreSlim(0);
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync(call.Stopping);
                await call.Send($"9\r\ndata: {i}\n\n\r\n");
            }

            await call.Send("0\r\n\r\n");
        });
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { RequestTimeout = TimeSpan.FromMilliseconds(200) }, worker);
        using var client = await proxy.Connect();
        await client.Send("GET / HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.Reader.Head(client.Deadline), StringComparison.Ordinal);
        Assert.Equal((0, 1), (proxy.Pool.InFlight, proxy.Worker(1).Streams));
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            Assert.Equal("9", await client.Reader.Line(client.Deadline));
            Assert.Equal($"data: {i}\n\n\r\n", Encoding.Latin1.GetString(await client.Reader.Exactly(11, client.Deadline)));
        }

        await Eventually.True(() => proxy.Worker(1).Streams == 0, "the stream has ended");
    }

    [Fact]
    public async Task A_websocket_passes_and_holds_no_slot()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            using var server = await call.AcceptWebSocket();
            var buffer = new byte[1024];
            while (await server.ReceiveAsync(buffer, call.Stopping) is { MessageType: not WebSocketMessageType.Close } message)
                await server.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, call.Stopping);
            await server.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, call.Stopping);
        });
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { RequestTimeout = TimeSpan.FromMilliseconds(200) }, worker);
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/cable"), deadline.Token);
        Assert.Equal((0, 1), (proxy.Pool.InFlight, proxy.Worker(1).Streams));
        var answer = new byte[100];
        for (var i = 0; i < 20; i++)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"hello {i}"), WebSocketMessageType.Text, true, deadline.Token);
            var message = await socket.ReceiveAsync(answer, deadline.Token);
            Assert.Equal($"hello {i}", Encoding.UTF8.GetString(answer, 0, message.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
        await Eventually.True(() => proxy.Worker(1).Streams == 0, "it has ended");
        Assert.StartsWith("GET /cable", worker.Calls.Single().Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_upgrade_is_a_plain_answer()
    {
        await using var worker = RawWorker.Start(call => call.Send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
        await using var proxy = await ProxyUnderTest.Start(worker);
        var answer = await RawClient.Ask(proxy.Port,
            "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        Assert.Equal((403, "no"), (answer.Status, answer.Body));
        Assert.Equal(("Upgrade", "websocket"), (worker.Calls.Single().Header("Connection"), worker.Calls.Single().Header("Upgrade")));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100_000)]
    public async Task A_client_that_waits_for_100_continue_is_told_to_go_on(int length)
    {
        await using var worker = RawWorker.Start(async call =>
        {
            if (call.Header("Expect") is not null) await call.Send("HTTP/1.1 100 Continue\r\n\r\n");
            await call.Answer((await call.Body()).Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send($"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await client.Reader.Head(client.Deadline), StringComparison.Ordinal);
        await client.Send(new string('a', length));
        Assert.Equal(length.ToString(System.Globalization.CultureInfo.InvariantCulture), (await client.Answer()).Body);
        // A body that was kept has been waited for already.
        Assert.Equal(length > 64 * 1024, worker.Calls.Single().Header("Expect") is not null);
    }

    [Fact]
    public async Task A_refusal_instead_of_100_continue_passes_without_the_body()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            call.Close();
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(417, (await client.Answer()).Status);
    }

    [Fact]
    public async Task An_early_answer_to_a_large_upload_reaches_the_client()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            await call.Reader.Exactly(1000, call.Stopping);
            await call.Send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            call.Close();
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        await client.Send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3000000\r\n\r\n");
        var sending = Task.Run(async () =>
        {
            var part = new byte[100_000];
            for (var i = 0; i < 30; i++) await client.Stream.WriteAsync(part, client.Deadline);
        });
        var answer = await client.Answer();
        Assert.Contains(answer.Status, new[] { 413, 502 });
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await sending;
            throw new IOException("sent whole");
        });
    }

    [Fact]
    public async Task An_aborted_upload_ends_the_request_inside_the_worker_and_frees_the_slot()
    {
        var ended = new TaskCompletionSource();
        await using var worker = RawWorker.Start(async call =>
        {
            try
            {
                await call.Body();
            }
            catch (Exception gone) when (gone is IOException)
            {
                ended.SetResult();
                throw;
            }
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using (var client = await proxy.Connect())
        {
            await client.Send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\nbegun");
            await Eventually.True(() => !worker.Calls.IsEmpty, "inside");
        }

        await ended.Task.WaitAsync(Eventually.Deadline);
        await Eventually.True(() => proxy.Pool.InFlight == 0, "the slot is free");
        Assert.Equal((0, 0), (proxy.Pool.LostInside, proxy.Pool.Retries));
    }

    [Fact]
    public async Task A_slow_upload_of_a_small_body_holds_no_slot()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await ProxyUnderTest.Start(pool => pool with { Concurrency = 1, QueueLength = 0 }, worker);
        using var slow = await proxy.Connect();
        await slow.Send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nhello");
        for (var i = 0; i < 3; i++) Assert.Equal(200, (await proxy.Get("/")).Status);
        await slow.Send("world");
        Assert.Equal(200, (await slow.Answer()).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_than_a_gigabyte_streams_through_in_bounded_memory(bool upload)
    {
        const long Length = 1_100_000_000;
        // Other tests run in this process meanwhile: what a body held in memory would come to is far beyond them.
        const long Bounded = 400_000_000;
        long received = 0, before = 0, midway = 0;
        await using var worker = RawWorker.Start(async call =>
        {
            if (upload)
            {
                received = await Drain(call.Stream, call.Reader, Length, call.Stopping);
                await call.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
            else
            {
                await call.Send($"HTTP/1.1 200 OK\r\nContent-Length: {Length}\r\n\r\n");
                await Pour(call.Stream, Length, call.Stopping);
            }
        });
        await using var proxy = await ProxyUnderTest.Start(worker);
        using var client = await proxy.Connect();
        before = GC.GetTotalMemory(forceFullCollection: true);
        if (upload)
        {
            await client.Send($"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {Length}\r\n\r\n");
            await Pour(client.Stream, Length, default);
            Assert.Equal(200, (await client.Answer()).Status);
        }
        else
        {
            await client.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            await client.Reader.Head(client.Deadline);
            received = await Drain(client.Stream, client.Reader, Length, default);
        }

        Assert.Equal(Length, received);
        Assert.True(midway - before < Bounded, $"{(midway - before) / 1e6:0} MB more midway");

        async Task Pour(Stream into, long length, CancellationToken cancellation)
        {
            var part = new byte[1 << 20];
            for (var left = length; left > 0; left -= part.Length)
            {
                // Late enough for what is kept to show.
                if (midway == 0 && left < length / 10)
                    midway = GC.GetTotalMemory(forceFullCollection: true);
                await into.WriteAsync(part.AsMemory(0, (int)Math.Min(part.Length, left)), cancellation);
            }
        }
    }

    static async Task<long> Drain(Stream from, RawReader reader, long length, CancellationToken cancellation)
    {
        var part = new byte[1 << 20];
        long got = reader.TakeBuffered();
        while (got < length && await from.ReadAsync(part, cancellation) is > 0 and var read) got += read;
        return got;
    }
}
