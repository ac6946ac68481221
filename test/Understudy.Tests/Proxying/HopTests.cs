using System.Net.Security;
using System.Text;

namespace Understudy.Tests.Proxying;

/// <summary>Requests of one host's clients that another host answers.</summary>
public sealed class HopTests : HopFleet
{
    [Fact]
    public async Task Three_hosts_share_the_requests_of_one()
    {
        var (one, two, three) = (await Host("one"), await Host("two"), await Host("three"));
        one.Knows(two, three);
        await one.Trusts(two);
        await one.Trusts(three);
        var bodies = new List<string>();
        for (var i = 0; i < 30; i++) bodies.Add((await one.Get("/")).Body);
        // A request counts as outstanding a moment longer than its client knows, so turns may be missed.
        Assert.All(["one", "two", "three"], name => Assert.InRange(bodies.Count(body => body == name), 5, 15));
        Assert.Equal(bodies.Count(body => body != "one"), one.Pool.Forwarded);
        Assert.Equal((0, 0), (two.Pool.Forwarded, three.Pool.Forwarded));
    }

    [Fact]
    public async Task A_drained_host_passes_on_all_of_its_clients_and_serves_where_no_other_does()
    {
        var (one, two) = (await Host("one"), await Host("two"));
        one.Drained = true;
        one.Knows(two);
        two.Knows(one);
        await one.Trusts(two);
        await two.Trusts(one);
        for (var i = 0; i < 20; i++) Assert.Equal("two", (await one.Get("/")).Body);
        // What the other has not heard yet is taken.
        var bodies = new List<string>();
        for (var i = 0; i < 20; i++) bodies.Add((await two.Get("/")).Body);
        Assert.Contains("one", bodies);
        await two.Die();
        await Eventually.True(() => one.Sees(two).DownSince is not null, "the other is down");
        Assert.Equal("one", (await one.Get("/")).Body);
        one.Drained = false;
        one.Knows(two);
        Assert.Equal("one", (await one.Get("/")).Body);
    }

    [Fact]
    public async Task A_request_is_passed_on_once_at_most()
    {
        // Each knows only the other, and neither has a worker.
        var one = await WithoutWorkers("one");
        var two = await Host("two");
        var last = await WithoutWorkers("last");
        one.Settings = two.Settings = last.Settings = pool => pool with { QueueLength = 0 };
        one.Knows(two);
        two.Knows(last, one);
        last.Knows(two);
        await one.Trusts(two);
        for (var i = 0; i < 10; i++) Assert.Equal("two", (await one.Get("/")).Body);
        Assert.Equal((10, 0), (one.Pool.Forwarded, two.Pool.Forwarded));
    }

    [Theory]
    [InlineData("/a%2Fb/../c//d?x=%zz&y=/?#")]
    [InlineData("/%7e%C3%A9;a=b,c|d{}\"<>^`?")]
    [InlineData("//two/..;/%2e%2e/")]
    public async Task Target_and_header_bytes_are_the_same_as_without_a_hop(string target)
    {
        var request = $"GET {target} HTTP/1.1\r\nHost: Shop.Example.com:8080\r\n"
            + "Accept: */*\r\nCookie: a=b; c=\"d\"\r\nCookie: e=f\r\nX-Odd: caf\u00e9 \u00ff\tz\r\nX-Odd: two\r\nX-Forwarded-For: 6.6.6.6\r\nX-Understudy-Probe: 1\r\n\r\n";
        await using var plain = RawWorker.Answering("plain");
        await using var alone = await ProxyUnderTest.Start(plain);
        await RawClient.Ask(alone.Port, request);
        var two = await Host("two");
        var one = await EntryTo(two);
        Assert.Equal("two", (await one.Ask(request)).Body);
        var (expected, found) = (plain.Calls.Single(), two.Worker.Calls.Single());
        Assert.Equal(expected.Line, found.Line);
        // Names are lower-case in HTTP/2, and their order is free.
        Assert.Equal(Headers(expected), Headers(found));
        Assert.Equal("127.0.0.1", found.Header("X-Forwarded-For"));

        static string[] Headers(RawCall call) => [.. call.Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => (Name: line[..line.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant(), Value: line[line.IndexOf(':', StringComparison.Ordinal)..]))
            .Where(header => header.Name is not ("x-request-id" or "x-request-start")).Select(header => header.Name + header.Value).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello", 5)]
    [InlineData("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 11)]
    [InlineData("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n", 0)]
    [InlineData("DELETE / HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n\r\n", 0)]
    [InlineData("PROPFIND / HTTP/1.1\r\nHost: test\r\n\r\n", 0)]
    public async Task Bodies_pass(string request, int length)
    {
        var worker = RawWorker.Start(async call => await call.Answer($"{(await call.Body()).Length} {call.Header("Content-Type")}"));
        var two = await Host("two", worker);
        var one = await EntryTo(two);
        var type = request.Contains("Content-Type", StringComparison.Ordinal) ? "text/plain" : "";
        Assert.Equal($"{length} {type}", (await one.Ask(request)).Body);
    }

    [Fact]
    public async Task Many_at_a_time_share_few_connections_and_large_bodies_pass_both_ways()
    {
        var large = new string('x', 3_000_000);
        var worker = RawWorker.Start(async call => await call.Answer(Encoding.Latin1.GetString(await call.Body())));
        var two = await Host("two", worker);
        two.Settings = pool => pool with { Concurrency = 50 };
        two.Knows(Array.Empty<HopHost>());
        var one = await EntryTo(two);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            one.Ask($"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {large.Length + i}\r\n\r\n{large}{new string('y', i)}")));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => large.Length + i), answers.Select(answer => answer.Body.Length));
    }

    [Fact]
    public async Task Trailers_of_an_answer_pass()
    {
        var worker = RawWorker.Start(call => call.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n"));
        var two = await Host("two", worker);
        var one = await EntryTo(two);
        var answer = await one.Get("/");
        Assert.Equal("hi", answer.Body);
        Assert.Contains("X-Sum: 7", answer.Trailers, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Only_proxies_of_the_same_fleet_are_let_in_and_the_others_are_counted()
    {
        using var foreign = new HopAuthority();
        var two = await Host("two");

        using (var plain = await RawClient.Connect(two.HopPort))
        {
            await plain.Send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            Assert.True(await plain.IsClosed());
        }

        await Eventually.True(() => two.Refused == 1, "plain HTTP is counted");
        using (var nobody = await RawClient.Connect(two.HopPort))
        {
            await using var tls = new SslStream(nobody.Stream, leaveInnerStreamOpen: false, (_, _, _, _) => true);
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "two", ApplicationProtocols = [SslApplicationProtocol.Http2] }, nobody.Deadline);
                // In TLS 1.3 a client learns only by reading that its certificate, or none, was refused.
                if (await tls.ReadAsync(new byte[1], nobody.Deadline) == 0) throw new IOException("closed");
            });
        }

        await Eventually.True(() => two.Refused == 2, "no certificate is counted");
        await using var stranger = await HopHost.Start("stranger", foreign.Give("stranger"), RawWorker.Answering("stranger"));
        stranger.Knows(two);
        two.Knows(stranger);
        await Eventually.True(() => two.Refused > 2, "another fleet's certificate is counted");
        await Eventually.True(() => two.Sees(stranger).DownReason!.Contains("trust", StringComparison.Ordinal), "and not believed");
        await using var late = await HopHost.Start("late", Fleet.Give("late", until: -1), RawWorker.Answering("late"));
        two.Knows(late);
        await Eventually.True(() => two.Sees(late).DownReason!.Contains("trust", StringComparison.Ordinal), "nor is one that has expired");
        for (var i = 0; i < 10; i++) Assert.Equal("two", (await two.Get("/")).Body);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart()
    {
        await using var late = await HopHost.Start("late", Fleet.Give("late", until: -1), RawWorker.Answering("late"));
        var one = await Host("one");
        one.Knows(late);
        await Eventually.True(() => one.Sees(late).DownReason!.Contains("trust", StringComparison.Ordinal), "it has expired");
        Fleet.Give("late");
        await one.Trusts(late);
    }
}
