using Understudy.Api;
using Understudy.Cli;

namespace Understudy.Tests.Cli;

public class StatusViewTests
{
    static readonly PoolDocument Troubled = Samples.Web(
        Samples.Worker(1, "ready"),
        Samples.Worker(12, "down") with { LastSentence = "no answer for 2 s while 5 requests were inside; they were retried elsewhere", Processes = 6, Streams = 2 }) with
    {
        State = "degraded",
        Ready = 1,
        Queued = 7,
        OldestQueuedMs = 1234,
        QueueWaitMs = 12.4,
        Retries = 3,
        LostInside = 1,
    };

    [Fact]
    public void A_deploy_maintenance_and_two_releases_at_once_are_shown()
    {
        var host = Samples.Host(Samples.Web(Samples.Worker(1, "ready") with { Release = "20260101000000-aaaaaaaa" }, Samples.Worker(2, "ready") with { Release = "20260102000000-bbbbbbbb" }));
        host = host with { Apps = [host.Apps[0] with { Deploy = new GoingDocument(7, "deploy", "roll", "deploy 7 of shop by anna@desk goes on for 12 s, in its phase roll"), MaintenanceSince = Samples.Now.AddMinutes(-3) }] };
        var text = Ran.View(live: false, screen => new StatusView(screen, Samples.Now).Write(host));
        Assert.Contains("  in maintenance for 3m 0s: every request gets 503\n", text, StringComparison.Ordinal);
        Assert.Contains("  deploy 7 of shop by anna@desk goes on for 12 s, in its phase roll\n", text, StringComparison.Ordinal);
        Assert.Contains("20260102000000-bbbbbbbb  answers", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_stale_and_what_has_left_its_cgroup_is_named_with_its_reason_and_why_it_is_still_there()
    {
        var process = new StaleProcessDocument(77, 5, 1, "sidekiq\e[31m", "T");
        var host = Samples.Host() with
        {
            Stale =
            [
                new StaleDocument
                {
                    Id = "shop.web.1", App = "shop", Pool = "web", Release = "local", Generation = 3, Since = Samples.Now.AddMinutes(-12), Reason = "is in no pool's ledger", Policy = "reap",
                    DeadlineAt = Samples.Now.AddSeconds(12), KeptBy = "was asked to end 18 s ago; is killed in 12 s", Processes = [process, process],
                },
            ],
            Moved = [new MovedDocument("shop.jobs.3", process, "/user.slice")],
        };
        var text = Ran.View(live: false, screen => new StatusView(screen, Samples.Now).Write(host));
        Assert.Contains("stale     shop.web.1 is in no pool's ledger: 2 processes, 12m 0s; was asked to end 18 s ago; is killed in 12 s\n", text, StringComparison.Ordinal);
        Assert.Contains("moved     77 sidekiq of shop.jobs.3 has left its cgroup for /user.slice\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Piped_it_is_plain_and_nothing_is_cut() => Assert.Equal("""
        web-1  understudy 0.1.0, agent up 3h 10m
        agent     nothing to do
        proxy     serving at http://127.0.0.1:8080, 12 connections, 24 MB, pid 4711, up 3h 10m
        owned by  cgroup
        memory    no action: 1200 MB of 2000 MB left, no swap

        shop  release local  shop.example.com  /srv/shop
          web  steady  2 of 2 ready (2-6)  queue 0/100  in flight 3/10  requests 12,345
            2 workers are enough for 3 requests in flight
            WORKER  STATE     AGE  REQUESTS  BUSY  MEMORY   PID   PORT  LAST
            web.1   ready  1h 15m     6,001     1  112 MB  1001  40001  answers its ready page
            web.2   ready  1h 15m     6,002     2  112 MB  1002  40002  answers its ready page
          jobs  steady  1 of 1 ready
            nothing to do
            WORKER  STATE     AGE  REQUESTS  BUSY  MEMORY   PID  PORT  LAST
            jobs.3  ready  1h 15m         0     0  112 MB  1003     -

        """, Ran.View(live: false, screen => new StatusView(screen, Samples.Now).Write(Samples.Host())));

    [Fact]
    public void On_a_terminal_it_fits_the_width_and_says_what_is_wrong() => Assert.Equal("""
        web-1  understudy 0.1.0, agent up 3h 10m
        agent     nothing to do
        proxy     not running: no request is carried
        owned by  cgroup
        memory    no action: 1200 MB of 2000 MB left, no swap

        shop  release local  shop.example.com  /srv/shop
          web  degraded  1 of 2 ready (2-6)  queue 7/100 (oldest 1.2 s)  in flight 3/5
            requests 12,345
            retried 3  lost inside 1  queue wait 12 ms
            2 workers are enough for 3 requests in flight
            WORKER  STATE     AGE  REQUESTS  BUSY     MEMORY   PID  LAST
            web.1   ready  1h 15m     6,001     1     112 MB  1001  answers its ready p…
            web.12  down   1h 15m     6,012  12+2  112 MB/6p  1012  no answer for 2 s w…

        """, Ran.View(live: true, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(Troubled) with { Proxy = null })));

    [Fact]
    public void Shared_connections_and_what_the_kernel_says_of_a_worker_are_shown_below_their_pool()
    {
        var pool = Samples.Web(Samples.Worker(1, "ready") with { Ailment = "3 connections wait to be accepted on port 40001" }) with
        {
            SharedConnections =
            [
                new("redis at 127.0.0.1:6379", "mixed", ["web.1", "web.2"], 2, [1, 2, 3, 4, 5, 6], Samples.Now, 1234, "Do.", "A sentence."),
                new("memcached at 10.0.0.9:11211", "standing", ["web.1"], 1, [1, 2], Samples.Now, 0, "Do.", "A sentence."),
            ],
        };
        var text = Ran.View(live: false, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(pool)));
        Assert.Contains("""
                6 processes of web.1, web.2 on 2 connections to redis at 127.0.0.1:6379: answers mix; see `understudy doctor`
                2 processes of web.1 on 1 connection to memcached at 10.0.0.9:11211: opened before the fork; see `understudy doctor`
                web.1: 3 connections wait to be accepted on port 40001
                WORKER
            """, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_is_wider_than_the_terminal_down_to_its_columns_least(int width)
    {
        var lines = Ran.View(live: true, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(Troubled, Samples.Jobs())), width: width).Split('\n');
        var least = Math.Max(width, 72);
        Assert.All(lines, line => Assert.True(CellWidth.Of(line) <= least, $"{CellWidth.Of(line)} cells: {line}"));
    }

    [Fact]
    public void A_sentence_cannot_command_the_terminal()
    {
        var hostile = Samples.Web() with { LastSentence = "a\e]0;title\a\nb\u009b2Jc\u202ed\e[31mred\e[0m" };
        var text = Ran.View(live: true, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(hostile)));
        Assert.Contains("a^[]0;title^G^Jb\\u009b2Jc\\u202edred", text);
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public void Colour_is_only_where_it_was_asked_for()
    {
        Assert.DoesNotContain('\e', Ran.View(live: true, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(Troubled))));
        Assert.Contains("\e[31mdegraded\e[0m", Ran.View(live: true, screen => new StatusView(screen, Samples.Now).Write(Samples.Host(Troubled)), colour: true));
    }
}
