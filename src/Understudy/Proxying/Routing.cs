using System.Net;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>A route table made ready for look-up; replaced as a whole.</summary>
internal sealed class Routing
{
    readonly App[] apps;
    readonly DomainTable domains;
    readonly IPNetwork[] trusted;

    Routing(RouteTable table, App[] apps, IPNetwork[] trusted)
    {
        Table = table;
        this.apps = apps;
        this.trusted = trusted;
        domains = new DomainTable(Array.ConvertAll(apps, app => app.Route.Domains));
    }

    public static Routing Empty { get; } = new(RouteTable.Empty, [], []);

    public RouteTable Table { get; }

    public IReadOnlyList<App> Apps => apps;

    /// <summary>The next routing: apps that stay keep their pools.</summary>
    public Routing Next(RouteTable table, HopTrust trust)
    {
        var alone = table.Hop is null;
        var next = new App[table.Apps.Count];
        for (var i = 0; i < next.Length; i++)
        {
            var route = table.Apps[i];
            var known = Array.Find(apps, app => app.Name == route.App);
            if (known is null) next[i] = new App(route, trust, alone);
            else (next[i] = known).Apply(route, alone);
        }

        // Workers of an app that is gone get no more requests; what is inside ends.
        foreach (var app in apps)
        {
            if (Array.IndexOf(next, app) < 0) app.Apply(app.Route with { Pool = app.Route.Pool with { Workers = [] } }, alone: true);
        }

        return new Routing(table, next, Networks(table.TrustedProxies));
    }

    public App? Find(ReadOnlySpan<char> host)
    {
        var index = domains.Find(host);
        return index < 0 ? null : apps[index];
    }

    public bool Trusts(IPAddress peer)
    {
        if (trusted.Length == 0) return false;
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        foreach (var network in trusted)
        {
            if (network.Contains(peer)) return true;
        }

        return false;
    }

    static IPNetwork[] Networks(IReadOnlyList<string> texts)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in texts)
        {
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var one)) networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
        }

        return [.. networks];
    }
}
