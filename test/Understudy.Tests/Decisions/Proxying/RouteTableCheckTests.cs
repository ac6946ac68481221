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
