using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

/// <summary>Other hosts that die, freeze, fail or are full while they have requests.</summary>
public sealed class HopFailureTests : HopFleet
{
    const string Post = "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public async Task A_frozen_host_is_out_within_a_second_what_is_inside_is_answered_by_another_and_it_comes_back()
    {
        var (two, three) = (await Host("two"), await Host("three"));
        using var wire = new FrozenWire(two.HopPort);
        two.SeenAt = wire.Port;
        var one = await EntryTo(two, three);
        for (var i = 0; i < 6; i++) await one.Get("/");
        wire.Freeze();
        var since = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => one.Get("/")));
        Assert.All(answers, answer => Assert.Equal("three", answer.Body));
        // 0.2 s to the next probe, 0.7 s of silence; the rest is for a busy machine.
        Assert.InRange(TimeProvider.System.GetElapsedTime(since).TotalSeconds, 0.5, 5);
        Assert.Contains("no answer to anything", one.Sees(two).DownReason, StringComparison.Ordinal);
        Assert.True(one.Pool.Retries >= 1);
        for (var i = 0; i < 4; i++) Assert.Equal("three", (await one.Get("/")).Body);

        wire.Thaw();
        await one.Trusts(two);
        Assert.Contains("two", new[] { (await one.Get("/")).Body, (await one.Get("/")).Body });
    }

    [Fact]
    public async Task A_post_inside_a_host_that_freezes_answers_502_once_and_is_counted_apart()
    {
        var inside = new TaskCompletionSource();
        var two = await Host("two", RawWorker.Start(async call =>
        {
            inside.TrySetResult();
            await call.Never();
        }));
        using var wire = new FrozenWire(two.HopPort);
        two.SeenAt = wire.Port;
        var one = await EntryTo(two);
        var post = one.Ask(Post);
        await inside.Task.Within();
        await using var own = RawWorker.Answering("own");
        one.Knows([own], two);
        wire.Freeze();
        Assert.Equal(502, (await post).Status);
        Assert.Equal((1, 0), (one.Pool.LostInside, own.Calls.Count));
        Assert.Equal("own", (await one.Ask(Post)).Body);
    }

    [Fact]
    public async Task A_host_that_dies_fails_no_get_and_no_post_that_it_did_not_get()
    {
        var inside = new SemaphoreSlim(0);
        var two = await Host("two", RawWorker.Start(async call =>
        {
            inside.Release();
            await call.Never();
        }));
        var three = await Host("three");
        var one = await EntryTo(two, three);
        var asked = Enumerable.Range(0, 6).Select(_ => one.Get("/")).ToList();
        await inside.WaitAsync().Within();
        await two.Die();
        foreach (var answer in await Task.WhenAll(asked)) Assert.Equal("three", answer.Body);
        for (var i = 0; i < 6; i++) Assert.Equal("three", (await one.Ask(Post)).Body);
        Assert.Contains("cannot be reached", one.Sees(two).DownReason, StringComparison.Ordinal);
        Assert.Equal(0, one.Pool.LostInside);
    }

    [Fact]
    public async Task Silent_hosts_all_together_are_not_all_marked_down()
    {
        var (two, three) = (await Host("two"), await Host("three"));
        using var wire = new FrozenWire(two.HopPort);
        using var other = new FrozenWire(three.HopPort);
        (two.SeenAt, three.SeenAt) = (wire.Port, other.Port);
        var one = await EntryTo(two, three);
        wire.Freeze();
        await Eventually.True(() => one.Sees(two).DownSince is not null, "one of two is");
        other.Freeze();
        var asked = one.Get("/");
        await Eventually.Stays(() => one.Sees(three).DownSince is null, TimeSpan.FromSeconds(2), "the last one is up");
        other.Thaw();
        Assert.Equal("three", (await asked).Body);
    }

    [Fact]
    public async Task A_host_whose_page_fails_is_left_out_unless_every_hosts_does()
    {
        var (two, three) = (await Host("two"), await Host("three"));
        var one = await EntryTo(two, three);
        two.Worker.ProbeAnswer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await Eventually.True(() => one.Sees(two).DownReason == "its page answers 500", "it is left out");
        three.Worker.ProbeAnswer = two.Worker.ProbeAnswer;
        var probes = three.Worker.Probes;
        await Eventually.True(() => three.Worker.Probes > probes + 4, "the other's page fails too");
        Assert.Null(one.Sees(three).DownSince);
        Assert.Equal("three", (await one.Get("/")).Body);
    }

    [Fact]
    public async Task A_host_without_a_worker_is_left_out_and_a_busy_one_is_not()
    {
        var slow = new TaskCompletionSource();
        var two = await Host("two", RawWorker.Start(async call =>
        {
            await slow.Task;
            await call.Answer("two");
        }));
        two.Settings = pool => pool with { Concurrency = 1 };
        two.Knows(Array.Empty<HopHost>());
        var empty = await WithoutWorkers("empty");
        var one = await EntryTo(two);
        one.Knows([], two, empty);
        await Eventually.True(() => one.Sees(empty).DownReason == "its page answers 503", "it has no worker");
        var asked = Enumerable.Range(0, 4).Select(_ => one.Get("/")).ToList();
        await Eventually.True(() => two.Pool is { InFlight: 1, Queued: 3 }, "it is busy");
        two.Worker.ProbeAnswer = null;
        await Eventually.Stays(() => one.Sees(two).DownSince is null, TimeSpan.FromSeconds(1.5), "a busy one is up");
        Assert.Equal((4, 1), (one.Sees(two).Outstanding, one.Sees(two).Slots));
        slow.SetResult();
        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal("two", answer.Body));
    }

    [Fact]
    public async Task What_waits_here_goes_elsewhere_once_no_worker_of_this_host_is_up()
    {
        var one = await Host("one", RawWorker.Start(call => call.Never()));
        one.Settings = pool => pool with { Concurrency = 1 };
        one.Knows(Array.Empty<HopHost>());
        var asked = Enumerable.Range(0, 3).Select(_ => one.Get("/")).ToList();
        await Eventually.True(() => one.Pool is { InFlight: 1, Queued: 2 }, "they wait");
        var two = await Host("two");
        one.Knows(two);
        await one.Trusts(two);
        one.Worker.Die();
        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal("two", answer.Body));
    }

    [Fact]
    public async Task What_a_full_host_declines_is_tried_elsewhere_once_a_post_too()
    {
        var held = new TaskCompletionSource();
        var two = await Host("two", RawWorker.Start(async call =>
        {
            await held.Task;
            await call.Answer("two");
        }));
        two.Settings = pool => pool with { Concurrency = 1, QueueLength = 0 };
        two.Knows(Array.Empty<HopHost>());
        var one = await EntryTo(two);
        var first = one.Get("/");
        await Eventually.True(() => two.Pool.InFlight == 1, "it is full");
        Assert.Equal(503, (await one.Ask(Post)).Status);
        Assert.Equal((0, 1), (one.Pool.LostInside, one.Pool.Refused));
        var three = await Host("three", RawWorker.Answering("three"));
        one.Knows([], two, three);
        await one.Trusts(three);
        for (var i = 0; i < 4; i++)
        {
            var answer = await one.Ask(Post);
            Assert.Equal("three", answer.Body);
            Assert.Null(answer.Header("X-Understudy-Refused"));
        }

        held.SetResult();
        Assert.Equal("two", (await first).Body);
    }

    [Fact]
    public async Task Websockets_and_event_streams_pass_hold_no_slot_and_end_with_a_host_that_freezes()
    {
        var two = await Host("two", RawWorker.Start(async call =>
        {
            if (call.Header("Upgrade") is null)
            {
                await call.Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
                await call.Never();
            }

            using var server = await call.AcceptWebSocket();
            var buffer = new byte[100];
            while (await server.ReceiveAsync(buffer, call.Stopping) is { MessageType: not WebSocketMessageType.Close } message)
                await server.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, call.Stopping);
        }));
        using var wire = new FrozenWire(two.HopPort);
        two.SeenAt = wire.Port;
        var one = await EntryTo(two);
        await using var own = RawWorker.Answering("own");
        using var socket = new ClientWebSocket();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{one.Port}/cable"), deadline.Token);
        var answer = new byte[100];
        for (var i = 0; i < 5; i++)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes($"hello {i}"), WebSocketMessageType.Text, true, deadline.Token);
            Assert.Equal($"hello {i}", Encoding.UTF8.GetString(answer, 0, (await socket.ReceiveAsync(answer, deadline.Token)).Count));
        }

        using var events = await RawClient.Connect(one.Port);
        await events.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        await events.Reader.Head(events.Deadline);
        await Eventually.True(() => one.Sees(two) is { InFlight: 0, Streams: 2 }, "they hold no slot here");
        await Eventually.True(() => two.Pool is { InFlight: 0 } pool && pool.Workers[0].Streams == 2, "nor there");
        one.Knows([own], two);
        wire.Freeze();
        await Assert.ThrowsAnyAsync<WebSocketException>(() => socket.ReceiveAsync(answer, deadline.Token));
        await Eventually.True(() => one.Sees(two).Streams == 0, "both have ended");
    }

    [Fact]
    public async Task A_host_that_is_listed_no_more_ends_what_it_has_and_gets_nothing_new()
    {
        var held = new TaskCompletionSource();
        var two = await Host("two", RawWorker.Start(async call =>
        {
            await held.Task;
            await call.Answer("two");
        }));
        var three = await Host("three");
        var one = await EntryTo(two);
        var asked = one.Ask(Post);
        await Eventually.True(() => two.Pool.InFlight == 1, "inside");
        one.Knows([], three);
        await one.Trusts(three);
        for (var i = 0; i < 4; i++) Assert.Equal("three", (await one.Get("/")).Body);
        held.SetResult();
        Assert.Equal("two", (await asked).Body);
        await Eventually.True(() => one.Pool.Hosts.Count == 1, "it is forgotten");
    }

    [Fact]
    public async Task A_post_that_another_host_sends_back_unread_goes_elsewhere()
    {
        var refused = 0;
        var trust = new HopTrust(TimeProvider.System, _ => { });
        trust.Use(Fleet.Give("two"));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => HopListener.Use(listen, trust)));
        await using var two = builder.Build();
        two.Run(async context =>
        {
            context.Response.Headers[HopMarks.Load] = HopMarks.LoadText(0, 100);
            if (context.Request.Method != "POST") return;
            await context.Request.Body.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref refused);
            const int refusedStream = 7;
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(refusedStream);
        });
        await two.StartAsync();
        var one = await Host("one");
        one.Knows(new HostRoute("two", new Uri(two.Urls.Single()).Authority));
        await Eventually.True(() => one.Pool.Hosts.Single().DownSince is null, "the other host is up");

        for (var i = 0; i < 20; i++)
            Assert.Equal("one", (await one.Ask(Post)).Body);
        Assert.InRange(refused, 1, 20);
        Assert.Equal(0, one.Pool.LostInside);
    }
}
