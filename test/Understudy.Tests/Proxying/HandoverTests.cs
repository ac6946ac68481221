using System.Net.Sockets;
using Understudy.Proxying;

namespace Understudy.Tests.Proxying;

public class HandoverTests
{
    [Fact]
    public async Task No_client_meets_an_error_while_a_proxy_follows_another()
    {
        for (var round = 0; round < 5; round++)
        {
            using var folder = new TemporaryFolder();
            await using var old = await EdgeServer.Start("old", folder["s"]);
            await using var load = new EdgeLoad(old.EndPoint, 24);
            await Eventually.True(() => load.Answered > 200, "the old proxy answers");
            await using var next = await EdgeServer.Start("new", folder["s"]);
            await Eventually.True(() => load.Answers.GetValueOrDefault("new") > 500, "the new proxy answers");
            await old.Ended.Within();
            await load.Stop();
            Assert.Empty(load.Errors);
        }
    }

    [Fact]
    public async Task An_idle_connection_lives_on_at_the_old_proxy_and_is_told_to_close_with_its_next_answer()
    {
        using var folder = new TemporaryFolder();
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var idle = await EdgeClient.Connect(old.EndPoint);
        await idle.Get();
        await using var next = await EdgeServer.Start("new", folder["s"]);
        using var fresh = await EdgeClient.Connect(old.EndPoint);
        Assert.Equal("new", await fresh.Get());

        Assert.False(idle.SeesEnd());
        Assert.False(old.Ended.IsCompleted);
        Assert.Equal("old", await idle.Get());
        Assert.True(idle.Closed);
        await old.Ended.Within();
        Assert.False(fresh.Closed);
    }

    [Fact]
    public async Task A_request_that_began_before_the_hand_over_ends_at_the_old_proxy_and_counts_at_the_new_one()
    {
        using var folder = new TemporaryFolder();
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var client = await EdgeClient.Connect(old.EndPoint);
        await client.Send("/held");
        await Eventually.True(() => old.InFlight == 1, "the request is inside");
        await using var next = await EdgeServer.Start("new", folder["s"]);
        Assert.Equal(1, next.Foreign!["shop.web.1"]);
        old.Held.SetResult();
        Assert.Equal("old", await client.Answer());
        Assert.True(client.Closed);
        await old.Ended.Within();
    }

    [Fact]
    public async Task What_waits_in_the_accept_queue_is_never_lost()
    {
        using var folder = new TemporaryFolder();
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var handover = await Handover.Ask(folder["s"], TimeProvider.System, default);
        var shared = handover!.Sockets.Values.Single();
        old.Departure.Leave();
        await Eventually.True(() => old.Departure.Going, "the old proxy leaves");
        await old.Ended.Within();

        using var client = await EdgeClient.Connect(old.EndPoint);
        using var accepted = await shared.AcceptAsync().WaitAsync(Eventually.Deadline);
        Assert.NotNull(accepted.RemoteEndPoint);
        shared.Dispose();
    }

    [Fact]
    public async Task When_the_successor_dies_before_it_serves_the_old_proxy_goes_on_and_hands_over_to_the_next()
    {
        using var folder = new TemporaryFolder();
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var client = await EdgeClient.Connect(old.EndPoint);
        using (var dying = await Handover.Ask(folder["s"], TimeProvider.System, default))
        {
            var second = await Assert.ThrowsAsync<OperationRefused>(() => Handover.Ask(folder["s"], TimeProvider.System, default));
            Assert.Contains("taking over", second.Message, StringComparison.Ordinal);
            foreach (var socket in dying!.Sockets.Values) socket.Dispose();
        }

        Assert.Equal("old", await client.Get());
        Assert.False(client.Closed);
        await Eventually.True(() => TakesOver(folder["s"]), "the next may take over");
        Assert.Equal("serving", old.Departure.State);
    }

    [Fact]
    public async Task When_the_successor_dies_with_the_control_path_already_taken_the_old_proxy_takes_it_back()
    {
        using var folder = new TemporaryFolder();
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var control = new ProxyControl(folder["s"], Eventually.Deadline);
        using (var dying = await Handover.Ask(folder["s"], TimeProvider.System, default))
        {
            using var its = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            its.Bind(new UnixDomainSocketEndPoint(folder["its"]));
            File.Move(folder["its"], folder["s"], overwrite: true);
            foreach (var socket in dying!.Sockets.Values) socket.Dispose();
        }

        await Eventually.True(() => TakesOver(folder["s"]), "the control path is the old proxy's again");
        Assert.Equal("old", (await control.Report(default))!.Version);
    }

    [Fact]
    public async Task The_agents_open_connection_follows_to_the_new_proxy()
    {
        using var folder = new TemporaryFolder();
        using var control = new ProxyControl(folder["s"], Eventually.Deadline);
        await using var old = await EdgeServer.Start("old", folder["s"]);
        using var idle = await EdgeClient.Connect(old.EndPoint);
        await idle.Get();
        Assert.Equal("old", (await control.Report(default))!.Version);
        await using var next = await EdgeServer.Start("new", folder["s"]);
        var report = (await control.Report(default))!;
        Assert.Equal("new", report.Version);
        Assert.Equal("serving", report.State);
        Assert.Equal("metrics of new", await control.Metrics(default));
    }

    [Fact]
    public async Task A_proxy_without_successor_stops_at_once_when_idle_and_after_its_requests_otherwise()
    {
        using var folder = new TemporaryFolder();
        await using var server = await EdgeServer.Start("only", folder["s"]);
        using var idle = await EdgeClient.Connect(server.EndPoint);
        await idle.Get();
        using var busy = await EdgeClient.Connect(server.EndPoint);
        await busy.Send("/held");
        await Eventually.True(() => server.InFlight == 1, "the request is inside");
        using var control = new ProxyControl(folder["s"], Eventually.Deadline);
        Assert.True(await control.Stop(default));
        await Eventually.True(idle.SeesEnd, "the idle connection is closed");
        Assert.False(server.Ended.IsCompleted);
        Assert.Equal("stopping", server.Departure.State);
        server.Held.SetResult();
        Assert.Equal("only", await busy.Answer());
        await server.Ended.Within();
        await Assert.ThrowsAsync<SocketException>(() => EdgeClient.Connect(server.EndPoint));
    }

    [Fact]
    public async Task After_a_minute_idle_connections_are_closed_and_after_ten_everything()
    {
        using var folder = new TemporaryFolder();
        var time = new EdgeTime();
        await using var old = await EdgeServer.Start("old", folder["s"], time: time);
        using var idle = await EdgeClient.Connect(old.EndPoint);
        await idle.Get();
        using var stuck = await EdgeClient.Connect(old.EndPoint);
        await stuck.Send("/held");
        await Eventually.True(() => old.InFlight == 1, "the request is inside");
        await using var next = await EdgeServer.Start("new", folder["s"]);
        await time.Passes(HandoverDeparture.IdleKept);
        await Eventually.True(idle.SeesEnd, "the idle connection is closed");
        Assert.False(stuck.SeesEnd());
        Assert.False(old.Ended.IsCompleted);
        await time.Passes(HandoverDeparture.LeavingAtMost - HandoverDeparture.IdleKept);
        await old.Ended.Within();
        await Assert.ThrowsAnyAsync<Exception>(stuck.Answer);
    }

    [Fact]
    public async Task A_frozen_proxy_is_named_with_its_process_and_how_to_end_it()
    {
        using var folder = new TemporaryFolder();
        using var frozen = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        frozen.Bind(new UnixDomainSocketEndPoint(folder["s"]));
        frozen.Listen();
        var refused = await Assert.ThrowsAsync<OperationRefused>(() => Handover.Ask(folder["s"], TimeProvider.System, default));
        Assert.Contains($"kill -9 {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_proxy_or_with_a_dead_ones_socket_there_is_nothing_to_take_over()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(await Handover.Ask(folder["s"], TimeProvider.System, default));
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(folder["dead"]));
            File.Move(folder["dead"], folder["s"]);
        }

        Assert.Null(await Handover.Ask(folder["s"], TimeProvider.System, default));
    }

    internal static bool TakesOver(string path)
    {
        try
        {
            using var handover = Handover.Ask(path, TimeProvider.System, default).GetAwaiter().GetResult();
            if (handover is null) return false;
            foreach (var socket in handover.Sockets.Values) socket.Dispose();
            return true;
        }
        catch (OperationRefused)
        {
            return false;
        }
    }
}
