using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Decisions.Sampling;

public class ConnectionWordsTests
{
    [Theory]
    [InlineData("127.0.0.1:6379", 6379, "redis-server", "redis at 127.0.0.1:6379")]
    [InlineData("10.0.0.9:6379", 6379, null, "redis at 10.0.0.9:6379")]
    [InlineData("127.0.0.1:7001", 7001, "redis-server", "redis at 127.0.0.1:7001")]
    [InlineData("10.0.0.9:7001", 7001, null, "10.0.0.9:7001")]
    [InlineData("10.0.0.9:5432", 5432, "", "PostgreSQL at 10.0.0.9:5432")]
    [InlineData("/run/redis/redis.sock", 0, null, "redis at /run/redis/redis.sock")]
    [InlineData("/var/run/postgresql/.s.PGSQL.5432", 0, null, "PostgreSQL at /var/run/postgresql/.s.PGSQL.5432")]
    [InlineData("", 0, "mysqld", "mysqld, by a unix socket")]
    [InlineData("", 0, null, "an unnamed unix socket")]
    public void The_other_end_is_named_by_its_program_or_its_port(string peer, int port, string? program, string name) =>
        Assert.Equal(name, PeerName.Of(new SharedSocket(1, peer, port, 0, 0, true, [1, 2]), program));

    [Theory]
    [InlineData("puma 5.6.5 (tcp://127.0.0.1:5000) [shop]", "before_fork")]
    [InlineData("puma: cluster worker 0: 4711 [shop]", "on_worker_boot")]
    [InlineData("ruby -S puma -C config/puma.rb", "on_worker_boot")]
    [InlineData("Passenger RubyApp: /srv/shop (production)", "starting_worker_process")]
    [InlineData("/usr/bin/ruby /usr/bin/passenger start", "starting_worker_process")]
    [InlineData("unicorn worker[0] -c unicorn.rb", "unicorn.rb")]
    [InlineData("/usr/bin/python3 /usr/bin/gunicorn --preload app:app", "post_fork")]
    [InlineData("gunicorn: worker [app:app]", "post_fork")]
    [InlineData("/usr/bin/python3 worker.py --after puma", AfterFork.AnyServer)]
    [InlineData("", AfterFork.AnyServer)]
    public void What_to_do_names_the_hook_of_the_server_in_use(string command, string remedy) =>
        Assert.Contains(remedy, AfterFork.Remedy(["sh -c exec server", command]), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 5)]
    [InlineData(20, 5)]
    [InlineData(100, 10)]
    [InlineData(600, 60)]
    [InlineData(60_000, 300)]
    public void All_scans_together_take_a_hundredth_of_a_core(int milliseconds, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ScanPeriod.After(TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromSeconds(5)));
}
