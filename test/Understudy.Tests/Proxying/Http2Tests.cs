using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Understudy.Tests.Proxying;

public sealed class Http2Tests : IDisposable
{
    readonly SocketsHttpHandler handler = new() { AllowAutoRedirect = false };
    int connections;
    readonly CancellationTokenSource deadline = new(Eventually.Deadline);

    public Http2Tests() => handler.ConnectCallback = async (context, cancellation) =>
    {
        Interlocked.Increment(ref connections);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    };

    public void Dispose()
    {
        handler.Dispose();
        deadline.Dispose();
    }

    static Task<ProxyUnderTest> Proxy(params RawWorker[] workers) => ProxyUnderTest.Start(HttpProtocols.Http2, ProxyUnderTest.App("app", [], pool => pool, workers));

    async Task<HttpResponseMessage> Send(ProxyUnderTest proxy, HttpMethod method, string target, HttpContent? content = null)
    {
        var uri = new Uri($"http://127.0.0.1:{proxy.Port}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        return await client.SendAsync(new HttpRequestMessage(method, uri) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content }, deadline.Token);
    }

    [Fact]
    public async Task Requests_reach_the_worker_over_http_1_with_target_host_and_body_as_they_came()
    {
        await using var worker = RawWorker.Start(async call => await call.Answer(Encoding.Latin1.GetString(await call.Body())));
        await using var proxy = await Proxy(worker);
        using var answer = await Send(proxy, HttpMethod.Put, "/@scope%2fname/../x", new StringContent("hello"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync(deadline.Token));
        var call = worker.Calls.Single();
        Assert.Equal("PUT /@scope%2fname/../x HTTP/1.1", call.Line);
        Assert.Equal($"127.0.0.1:{proxy.Port}", call.Header("Host"));
        Assert.DoesNotContain("\r\n:", call.Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_on_one_connection_are_kept_apart_and_retried_when_a_worker_breaks()
    {
        var requests = 0;
        Func<RawCall, Task> shaky = async call =>
        {
            if (Interlocked.Increment(ref requests) % 10 == 0) call.Reset();
            else await call.Answer(call.Line.Split(' ')[1]);
        };
        await using var one = RawWorker.Start(shaky);
        await using var two = RawWorker.Start(call => call.Answer(call.Line.Split(' ')[1]));
        await using var proxy = await Proxy(one, two);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var answer = await Send(proxy, HttpMethod.Get, $"/{i}");
            return await answer.Content.ReadAsStringAsync(deadline.Token);
        }));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"/{i}"), answers);
        Assert.True(proxy.Pool.Retries > 0);
        await Eventually.True(() => proxy.Pool.InFlight == 0, "all slots are free");
    }

    [Fact]
    public async Task Trailers_pass_announced_or_not()
    {
        await using var worker = RawWorker.Start(call => call.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nGrpc-Status: 0\r\n\r\n"));
        await using var proxy = await Proxy(worker);
        using var answer = await Send(proxy, HttpMethod.Get, "/");
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(deadline.Token));
        Assert.Equal("0", answer.TrailingHeaders.GetValues("Grpc-Status").Single());
    }

    [Fact]
    public async Task A_websocket_over_http_2_is_an_upgrade_for_the_worker()
    {
        await using var worker = RawWorker.Start(async call =>
        {
            using var server = await call.AcceptWebSocket();
            var buffer = new byte[100];
            var message = await server.ReceiveAsync(buffer.AsMemory(), call.Stopping);
            await server.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, call.Stopping);
            await server.ReceiveAsync(buffer.AsMemory(), call.Stopping);
            await server.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, call.Stopping);
        });
        await using var proxy = await Proxy(worker);
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/cable"), invoker, deadline.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, deadline.Token);
        var answer = new byte[100];
        var got = await socket.ReceiveAsync(answer, deadline.Token);
        Assert.Equal("hello", Encoding.ASCII.GetString(answer, 0, got.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
        Assert.StartsWith("GET /cable", worker.Calls.Single().Line, StringComparison.Ordinal);
        await Eventually.True(() => proxy.Worker(1).Streams == 0, "it has ended");
    }

    [Fact]
    public async Task A_leaving_proxy_asks_for_a_new_connection()
    {
        await using var worker = RawWorker.Answering("ok");
        await using var proxy = await Proxy(worker);
        (await Send(proxy, HttpMethod.Get, "/1")).Dispose();
        proxy.Runtime.Leave();
        using var answer = await Send(proxy, HttpMethod.Get, "/2");
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(deadline.Token));
        Assert.False(answer.Headers.Contains("Connection"));
        Assert.Equal(1, connections);
        await Eventually.True(() => Send(proxy, HttpMethod.Get, "/3").GetAwaiter().GetResult().IsSuccessStatusCode && connections > 1, "the client connects anew");
    }
}
