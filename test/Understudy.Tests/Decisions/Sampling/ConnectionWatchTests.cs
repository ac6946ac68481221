using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class ConnectionWatchTests
{
    ConnectionsState _state = ConnectionsState.Empty;

    [Fact]
    public void One_that_stands_is_a_warning_told_once()
    {
        Assert.Empty(Turn(0, Sight(1, 100)));
        Assert.Empty(Turn(9, Sight(1, 100)));
        Assert.Empty(_state.Shared);
        var news = Assert.Single(Turn(10, Sight(1, 100)));
        Assert.Equal(("connection.shared", "shop", "web"), (news.Kind, news.App, news.Pool));
        Assert.Equal("2 processes of web.1 hold one connection to redis at 127.0.0.1:6379, opened before they were forked: the first two that use it read each other's answers. Do.", news.Message);
        Assert.Empty(Turn(20, Sight(1, 100)));
        Assert.Equal(SharingGrade.Standing, Assert.Single(_state.Shared).Grade);
    }

    [Fact]
    public void Bytes_that_go_over_it_while_it_is_shared_are_an_error_at_once()
    {
        Turn(0, Sight(1, 100));
        var news = Assert.Single(Turn(5, Sight(1, 1_334)));
        Assert.Equal("connection.mixed", news.Kind);
        Assert.Equal("2 processes of web.1 talk to redis at 127.0.0.1:6379 on one connection, opened before they were forked: 1,234 bytes went over it, and answers can reach the wrong process. Do.", news.Message);
        Assert.Empty(Turn(10, Sight(1, 9_000)));
        Assert.Equal((SharingGrade.Mixed, 8_900L), Assert.Single(_state.Shared) is var shared ? (shared.Grade, shared.Bytes) : default);
    }

    [Fact]
    public void What_went_over_it_before_it_was_seen_shared_counts_for_nothing()
    {
        Turn(0, Sight(1, 5_000_000));
        Assert.Equal("connection.shared", Assert.Single(Turn(60, Sight(1, 5_000_000))).Kind);
    }

    [Fact]
    public void A_hook_that_closes_it_soon_makes_no_news()
    {
        Turn(0, Sight(1, 100));
        Assert.Empty(Turn(5));
        Assert.Empty(_state.Shared);
    }

    [Fact]
    public void One_whose_clients_notice_the_fork_is_silent_until_bytes_go_over_it()
    {
        var idle = Sight(1, 100) with { NoticesFork = true };
        Turn(0, idle);
        Assert.Empty(Turn(3600, idle));
        Assert.Empty(_state.Shared);
        Assert.Equal("connection.mixed", Assert.Single(Turn(3605, Sight(1, 150) with { NoticesFork = true })).Kind);
    }

    [Theory]
    [InlineData("ruby3.1", "redis at 127.0.0.1:6379", true, true)]
    [InlineData("ruby3.1", "redis", true, true)]
    [InlineData("ruby3.1", "redis at /run/redis.sock", false, false)]
    [InlineData("ruby3.1", "PostgreSQL at 127.0.0.1:5432", true, false)]
    [InlineData("ruby3.1", "rediscover at 127.0.0.1:1", true, false)]
    [InlineData("python3.11", "redis at 127.0.0.1:6379", true, false)]
    [InlineData(null, "redis at 127.0.0.1:6379", true, false)]
    public void Such_clients_are_Rubys_of_Redis_where_the_bytes_are_counted(string? program, string peer, bool counted, bool expected) =>
        Assert.Equal(expected, ForkNotice.Expected(Sight(1, 0).Shared with { Counted = counted }, peer, program));

    /// <summary>redis-rb with its guard: each child closes what it inherited before it asks anything; meanwhile the parent may ask.</summary>
    [Fact]
    public void Bytes_do_not_count_where_the_two_that_held_it_are_not_the_same_any_more()
    {
        Turn(0, Sight(1, 100, pids: [10, 11, 12]));
        Assert.Empty(Turn(5, Sight(1, 200, pids: [10, 13])));
        // Only now do the same two hold it.
        Assert.Equal("connection.mixed", Assert.Single(Turn(9, Sight(1, 201, pids: [10, 13]))).Kind);
    }

    [Fact]
    public void A_pid_that_was_used_again_is_another_process()
    {
        Turn(0, Sight(1, 100));
        Assert.Empty(Turn(5, Sight(1, 200, startedAt: 4)));
    }

    [Fact]
    public void That_it_is_over_is_told_and_a_new_one_is_news_again()
    {
        Turn(0, Sight(1, 100));
        Turn(10, Sight(1, 100));
        Assert.Equal(("connection.unshared", "no connection to redis at 127.0.0.1:6379 is shared by processes of web any more"), Assert.Single(Turn(15)) is var news ? (news.Kind, news.Message) : default);
        Assert.Empty(Turn(20, Sight(2, 0)));
        Assert.Equal("connection.shared", Assert.Single(Turn(30, Sight(2, 0))).Kind);
    }

    [Fact]
    public void The_same_bug_in_the_next_release_is_not_told_again_while_the_old_one_leaves()
    {
        Turn(0, Sight(1, 100));
        Turn(5, Sight(1, 200));
        Assert.Empty(Turn(10, Sight(1, 300), Sight(2, 50, "web.2", [20, 21])));
        Assert.Empty(Turn(15, Sight(2, 50, "web.2", [20, 21])));
        var shared = Assert.Single(_state.Shared);
        Assert.Equal((SharingGrade.Mixed, "web.2"), (shared.Grade, Assert.Single(shared.Workers)));
    }

    [Fact]
    public void Several_workers_with_the_same_bug_are_one_finding()
    {
        Turn(0, Sight(1, 100), Sight(2, 0, "web.2", [20, 21, 22]));
        Assert.Single(Turn(10, Sight(1, 100), Sight(2, 0, "web.2", [20, 21, 22])));
        var shared = Assert.Single(_state.Shared);
        Assert.Equal((2, "web.1 web.2", 5), (shared.Connections, string.Join(' ', shared.Workers), shared.Pids.Count));
        Assert.StartsWith("5 processes of web.1, web.2 hold 2 connections in common to redis", shared.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_worst_comes_first()
    {
        Turn(0, Sight(1, 100), Sight(2, 0, peer: "memcached at 127.0.0.1:11211"));
        Turn(10, Sight(1, 100), Sight(2, 1, peer: "memcached at 127.0.0.1:11211"));
        Assert.Equal(["memcached at 127.0.0.1:11211", "redis at 127.0.0.1:6379"], _state.Shared.Select(one => one.Peer));
    }

    [Fact]
    public void It_is_shared_since_the_second_of_its_holders_was_forked()
    {
        Turn(100, Sight(1, 0, holders: [new(12, Seconds(50), "web.1"), new(10, Seconds(30), "web.1"), new(11, Seconds(40), "web.1")]));
        Turn(110, Sight(1, 0, holders: [new(12, Seconds(50), "web.1"), new(10, Seconds(30), "web.1"), new(11, Seconds(40), "web.1")]));
        Assert.Equal(Seconds(40), Assert.Single(_state.Shared).Since);
    }

    /// <summary>Nobody counts a unix socket's bytes: that what lies unread is not what it was says that some went.</summary>
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 12, true)]
    [InlineData(12, 0, true)]
    [InlineData(12, 12, false)]
    public void Of_a_unix_socket_bytes_caught_unread_tell(long first, long second, bool mixed)
    {
        Turn(0, Sight(1, first, counted: false));
        Turn(10, Sight(1, second, counted: false));
        Assert.Equal(mixed ? SharingGrade.Mixed : SharingGrade.Standing, Assert.Single(_state.Shared).Grade);
        Turn(20, Sight(1, first, counted: false));
        Assert.Equal(mixed ? SharingGrade.Mixed : SharingGrade.Standing, Assert.Single(_state.Shared).Grade);
    }

    IReadOnlyList<ConnectionNews> Turn(int second, params ConnectionSight[] seen)
    {
        (_state, var news) = ConnectionWatch.Turn(_state, seen, Seconds(second));
        return news;
    }

    static ConnectionSight Sight(
        long inode, long mark, string worker = "web.1", int[]? pids = null, string peer = "redis at 127.0.0.1:6379", bool counted = true, int startedAt = 1, ConnectionHolder[]? holders = null)
    {
        holders ??= [.. (pids ?? [10, 11]).Select(pid => new ConnectionHolder(pid, Seconds(startedAt), worker))];
        return new("shop", "web", peer, new SharedSocket(inode, "127.0.0.1:6379", 6379, 0, mark, counted, [.. holders.Select(holder => holder.Pid)]), holders, "Do.");
    }

    static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
