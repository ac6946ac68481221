using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Proxying;
using Understudy.Workers;

namespace Understudy.Tests.Workers;

public sealed class RoutePublisherTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string File => _folder["routes.json"];

    RouteTable Written => JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(File), JsonProxying.Default.RouteTable)!;

    [Fact]
    public void The_table_found_stays_in_force_until_every_pool_has_adopted()
    {
        var before = new RoutePublisher(File, RouteTable.Empty);
        before.Put(Route("shop", 5000));
        before.Release();
        var next = new RoutePublisher(File, RouteTable.Empty);
        next.Put(Route("shop"));
        Assert.Single(Written.Apps[0].Pool.Workers);
        next.Release();
        Assert.Empty(Written.Apps[0].Pool.Workers);
        Assert.True(Written.Revision > before.Revision);
    }

    [Fact]
    public void A_change_gets_a_new_revision_and_no_change_none()
    {
        var routes = new RoutePublisher(File, RouteTable.Empty);
        routes.Release();
        var first = routes.Put(Route("shop", 5000));
        Assert.Equal(first, routes.Put(Route("shop", 5000)));
        Assert.Equal(first + 1, routes.Put(Route("shop", 5000, 5001)));
        Assert.Equal(first + 1, Written.Revision);
    }

    [Fact]
    public void A_damaged_table_counts_as_none()
    {
        System.IO.File.WriteAllText(File, "{ not json");
        var routes = new RoutePublisher(File, RouteTable.Empty);
        Assert.Empty(routes.Found.Apps);
        routes.Release();
        Assert.Equal(1, Written.Revision);
    }

    [Fact]
    public void Whom_requests_may_go_to_is_kept_until_it_is_known_anew()
    {
        var hop = new HopRoute("host.pem", "host.pem", "ca.pem");
        var before = new RoutePublisher(File, RouteTable.Empty);
        before.Put(Route("shop", 5000));
        before.Release();
        before.Reach(hop, [new HostRoute("web-2", "10.0.0.2:7444")], drained: true);
        Assert.Equal((hop, "web-2", true), (Written.Hop, Written.Apps[0].Hosts[0].Name, Written.Apps[0].Drained));
        var next = new RoutePublisher(File, RouteTable.Empty);
        next.Reach(hop, null, drained: false);
        next.Put(Route("shop", 5000));
        next.Release();
        Assert.Equal(("web-2", true), (Written.Apps[0].Hosts[0].Name, Written.Apps[0].Drained));
        next.Reach(hop, [], drained: false);
        Assert.Equal((0, false), (Written.Apps[0].Hosts.Count, Written.Apps[0].Drained));
    }

    public void Dispose() => _folder.Dispose();

    static AppRoute Route(string app, params int[] ports) => new(app, [], null, null, new PoolRoute
    {
        Name = "web",
        Concurrency = 5,
        QueueLength = 100,
        QueueWait = TimeSpan.FromSeconds(10),
        RequestTimeout = TimeSpan.FromSeconds(30),
        BodyBytes = 1,
        ReadyPath = "/up",
        Workers = [.. ports.Select(port => new WorkerRoute($"{app}.web.{port}", 0, 0, port, null))],
    });
}
