using Understudy.Decisions.Config;
using Understudy.Workers;

namespace Understudy.Tests.Workers;

public class WorkerEnvironmentTests
{
    static readonly HostedApp App = new(
        new AppConfig { App = "shop", Env = new Dictionary<string, string> { ["LEVEL"] = "file", ["RAILS_ENV"] = "production" } }, "/srv/shop", null, "local");

    [Fact]
    public void Secrets_win_over_the_file_and_the_workers_own_win_over_secrets()
    {
        var secrets = new Dictionary<string, string> { ["LEVEL"] = "secret", ["TOKEN"] = "s3cret", ["ASPNETCORE_HTTP_PORTS"] = "1", ["UNDERSTUDY_POOL"] = "x", ["NOTIFY_SOCKET"] = "x" };
        var env = WorkerEnvironment.For(App, secrets, "web", "key/shop.web.1", 40_001, "/run/notify");
        Assert.Equal(("secret", "s3cret", "production"), (env["LEVEL"], env["TOKEN"], env["RAILS_ENV"]));
        Assert.Equal(("40001", "40001", "web", "/run/notify"), (env["PORT"], env["ASPNETCORE_HTTP_PORTS"], env["UNDERSTUDY_POOL"], env["NOTIFY_SOCKET"]));
    }

    [Fact]
    public void Without_secrets_the_file_counts() =>
        Assert.Equal("file", WorkerEnvironment.For(App, new Dictionary<string, string>())["LEVEL"]);
}
