using Understudy.Config;
using Understudy.Decisions.Config;
using Understudy.Decisions.Proxying;
using Understudy.Decisions.Sampling;

namespace Understudy.Tests.Config;

public sealed class HostConfigTests : IDisposable
{
    readonly AppFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_key_is_read()
    {
        var host = Load("""
            host: web-1
            listen: [http://0.0.0.0:80, "https://[::]:443"]
            metrics: 127.0.0.1:9464
            api: {listen: 10.0.0.1:7443, certificate: /etc/ssl/agent.pem, key: /etc/ssl/agent.key}
            peers: {listen: 10.0.0.1:7444, certificate: /etc/u/h.pem, key: /etc/u/h.key, authority: /etc/u/ca.pem, hosts: {web-2: "10.0.0.2:7444"}}
            apps:
              - {path: /srv/shop, user: shop}
              - /srv/other
            guard: report
            memory: 6GB
            access_log: true
            trusted_proxies: [10.0.0.0/8, 192.168.0.1]
            stale: report
            logs: {archive: 5MB, keep: 3}
            """).Value!;

        Assert.Equal("web-1", host.Host);
        Assert.Equal(["http://0.0.0.0:80", "https://[::]:443"], host.Listen);
        Assert.Equal("127.0.0.1:9464", host.Metrics);
        Assert.Equal(new ApiConfig("10.0.0.1:7443", "/etc/ssl/agent.pem", "/etc/ssl/agent.key"), host.Api);
        Assert.Equal(("10.0.0.1:7444", new HopRoute("/etc/u/h.pem", "/etc/u/h.key", "/etc/u/ca.pem")), (host.Peers!.Listen, host.Peers.Hop));
        Assert.Equal([new HostRoute("web-2", "10.0.0.2:7444")], host.Peers.Hosts);
        Assert.Equal([new Understudy.Decisions.Config.AppFolder("/srv/shop", "shop"), new("/srv/other", null)], host.Apps);
        Assert.Equal((GuardMode.Report, 6_000_000_000), (host.Guard, host.MemoryBytes));
        Assert.True(host.AccessLog);
        Assert.Equal(["10.0.0.0/8", "192.168.0.1"], host.TrustedProxies);
        Assert.Equal(StalePolicy.Report, host.Stale);
        Assert.Equal((5_000_000, 3), (host.LogArchiveBytes, host.LogArchivesKept));
    }

    [Fact]
    public void What_is_not_written_is_the_default_of_the_record()
    {
        var (read, made) = (Load("# all defaults\n").Value!, new HostConfig());
        Assert.Equal(made.Listen, read.Listen);
        Assert.Equal(
            (made.Host, made.Metrics, made.AccessLog, made.LogArchiveBytes, made.LogArchivesKept, made.Apps.Count, made.TrustedProxies.Count),
            (read.Host, read.Metrics, read.AccessLog, read.LogArchiveBytes, read.LogArchivesKept, read.Apps.Count, read.TrustedProxies.Count));
        Assert.Equal((made.Guard, made.MemoryBytes), (read.Guard, read.MemoryBytes));
        Assert.Equal([GuardMode.Off, GuardMode.Report, GuardMode.Act], HostKeys.GuardModes.Select(mode => Load($"guard: {mode}").Value!.Guard));
        Assert.Equal(StalePolicy.Reap, read.Stale);
        Assert.Null(read.Api);
        Assert.Null(read.Peers);
        Assert.Equal(new ApiConfig(), Load("api: {}").Value!.Api);
        Assert.Equal((10_000_000, 7), (Load("logs: {keep: 7}").Value!.LogArchiveBytes, Load("logs: {keep: 7}").Value!.LogArchivesKept));
    }

    [Theory]
    [InlineData("listen: 0.0.0.0:80", "does not begin with http:// or https://")]
    [InlineData("listen: http://0.0.0.0", "has no port from 1 to 65535")]
    [InlineData("listen: http://shop.example.com:80", "is not an IP address")]
    [InlineData("listen: []", "is an empty list")]
    [InlineData("metrics: 9464", "has no port")]
    [InlineData("api: {listen: 7443}", "has no port")]
    [InlineData("api: {certificate: agent.pem}", "is not a full path")]
    [InlineData("api: {certificate: /etc/ssl/agent.pem}", "needs `key:` beside it")]
    [InlineData("api: {key: /etc/ssl/agent.key}", "needs `certificate:` beside it")]
    [InlineData("peers: {listen: 10.0.0.1:7444, key: /b, authority: /c, hosts: {}}", "needs `certificate:`")]
    [InlineData("peers: {listen: 10.0.0.1:7444, certificate: /a, key: /b, authority: /c, hosts: {web-1: 10.0.0.1:7444}}", "names this host's own address")]
    [InlineData("peers: {listen: 10.0.0.1:7444, certificate: /a, key: /b, authority: /c, hosts: {a: 10.0.0.2:7444, b: 10.0.0.2:7444}}", "names 10.0.0.2:7444 twice")]
    [InlineData("apps: [srv/shop]", "is not a full path")]
    [InlineData("apps: [/srv/shop, /srv/shop/]", "names /srv/shop twice")]
    [InlineData("trusted_proxies: [10.0.0.0/33]", "is not a network in figures")]
    [InlineData("guard: on", "expected one of off, report, act")]
    [InlineData("memory: 6", "has no unit")]
    [InlineData("memory: 1MB", "expected a size")]
    [InlineData("logs: {keep: -1}", "expected a whole number")]
    [InlineData("acces_log: true", "did you mean access_log?")]
    [InlineData("keep: 3", "it belongs under logs")]
    public void A_wrong_value_is_named(string yaml, string expected)
    {
        var result = Load(yaml);
        Assert.Null(result.Value);
        Assert.Contains(expected, Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal("there is no such file", Assert.Single(HostConfigLoader.Load("/nowhere/agent.yaml").Errors).Message);

    ConfigResult<HostConfig> Load(string yaml) => HostConfigLoader.Load(folder.With("agent.yaml", yaml)["agent.yaml"]);
}
