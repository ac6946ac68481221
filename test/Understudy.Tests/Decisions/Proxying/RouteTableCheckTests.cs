using Understudy.Decisions.Proxying;

namespace Understudy.Tests.Decisions.Proxying;

public class RouteTableCheckTests
{
    static readonly AppRoute app = new("app", [], null, null, new PoolRoute
    {
        Name = "web",
        Concurrency = 1,
        QueueLength = 1,
        QueueWait = default,
        RequestTimeout = default,
        BodyBytes = 1,
        ReadyPath = "/up",
        Workers = [],
    });

    static (RouteTable? Table, string? Wrong) Complete(AppRoute route) => RouteTableCheck.Complete(new RouteTable(1, [route]));

    [Fact]
    public void An_app_without_assets_and_maintenance_is_whole()
    {
        var (table, wrong) = Complete(app with { Assets = null! });
        Assert.Null(wrong);
        Assert.Empty(table!.Apps[0].Assets);
        Assert.Null(table.Apps[0].Maintenance);
    }

    [Theory]
    [InlineData("/srv/shop/releases/1", "public/assets", true)]
    [InlineData("srv", "public/assets", false)]
    [InlineData(null, "public/assets", false)]
    [InlineData("/srv", null, false)]
    [InlineData("/srv", "../secrets", false)]
    public void Assets_have_a_full_folder_and_a_pattern(string? folder, string? pattern, bool good)
    {
        var (table, wrong) = Complete(app with { Assets = [new AssetRoute(folder!, pattern!)] });
        Assert.Equal(good, table is not null);
        Assert.Equal(good ? null : "app has assets without a folder or a pattern", wrong);
    }

    [Theory]
    [InlineData("web-2", "10.0.0.2:7444", true)]
    [InlineData("web-2", "[fd00::2]:7444", true)]
    [InlineData("web-2", "10.0.0.2", false)]
    [InlineData("web-2", "web-2.example.com:7444", false)]
    [InlineData("", "10.0.0.2:7444", false)]
    [InlineData(null, null, false)]
    public void Another_host_has_a_name_and_an_address_in_figures(string? name, string? address, bool good)
    {
        var (table, wrong) = Complete(app with { Hosts = [new HostRoute(name!, address!)] });
        Assert.Equal(good, table is not null);
        Assert.Equal(good ? null : "app has a host without a name or an address", wrong);
    }

    [Theory]
    [InlineData("/a.pem", "/a.key", "/ca.pem", true)]
    [InlineData("a.pem", "/a.key", "/ca.pem", false)]
    [InlineData("/a.pem", null, "/ca.pem", false)]
    [InlineData("/a.pem", "/a.key", null, false)]
    public void A_hop_has_all_three_files(string? certificate, string? key, string? authority, bool good) =>
        Assert.Equal(good, RouteTableCheck.Complete(new RouteTable(1, [app]) { Hop = new HopRoute(certificate!, key!, authority!) }).Table is not null);

    [Fact]
    public void A_table_of_an_older_agent_knows_no_other_hosts() => Assert.Empty(Complete(app with { Hosts = null! }).Table!.Apps[0].Hosts);

    [Fact]
    public void A_null_among_the_assets_is_told_of() => Assert.NotNull(Complete(app with { Assets = [null!] }).Wrong);

    [Theory]
    [InlineData(0, null, true)]
    [InlineData(60, "/srv/shop/public/503.html", true)]
    [InlineData(-1, null, false)]
    [InlineData(60, "public/503.html", false)]
    [InlineData(60, "", false)]
    public void Maintenance_has_a_time_and_a_full_path(int seconds, string? page, bool good) =>
        Assert.Equal(good, Complete(app with { Maintenance = new MaintenanceRoute(seconds, page) }).Table is not null);
}
