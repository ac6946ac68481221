using System.Text.Json;
using Understudy.Decisions.Proxying;
using Understudy.Linux;
using Understudy.Proxying;

namespace Understudy.Workers;

/// <summary>Writes the route table that the proxy reads, whenever a pool's routed workers change.</summary>
sealed class RoutePublisher
{
    readonly Lock _gate = new();
    readonly Dictionary<string, AppRoute> _routes = [];
    readonly Dictionary<string, (IReadOnlyList<AssetRoute> Assets, MaintenanceRoute? Maintenance)> _shown = [];
    readonly string _path;
    RouteTable _manners;
    IReadOnlyList<HostRoute> _hosts;
    bool _drained;
    string _written = "";
    bool _holding = true;

    /// <param name="manners">Access log, trusted networks and how proxies know one another; its routes are not used.</param>
    /// <param name="hosts">The other hosts that serve the same apps.</param>
    public RoutePublisher(string path, RouteTable manners, IReadOnlyList<HostRoute>? hosts = null)
    {
        _hosts = hosts ?? [];
        _path = path;
        _manners = manners;
        Found = Read(path);
        Revision = Found.Revision;
    }

    /// <summary>The table that an agent before this one left.</summary>
    public RouteTable Found { get; }

    public long Revision { get; private set; }

    /// <summary>Puts an app's route into the table and returns the revision that holds it.</summary>
    public long Put(AppRoute route)
    {
        lock (_gate)
        {
            _routes[route.App] = route;
            return _holding ? Revision + 1 : Write();
        }
    }

    /// <summary>What the proxy serves of an app itself.</summary>
    public void Show(string app, IReadOnlyList<AssetRoute> assets, MaintenanceRoute? maintenance)
    {
        lock (_gate)
        {
            _shown[app] = (assets, maintenance);
            if (!_holding)
                Write();
        }
    }

    /// <summary>Whom requests may go to from now on.</summary>
    /// <param name="hosts">Null: those that were found.</param>
    /// <param name="drained">This host's workers get none while another host can take it.</param>
    public void Reach(HopRoute? hop, IReadOnlyList<HostRoute>? hosts, bool drained)
    {
        lock (_gate)
        {
            (_manners, _hosts, _drained) = (_manners with { Hop = hop }, hosts ?? [.. Found.Apps.SelectMany(app => app.Hosts).Distinct()], hosts is null ? Found.Apps.Any(app => app.Drained) : drained);
            if (!_holding)
                Write();
        }
    }

    /// <summary>Leaves an app's route as it was found: this agent cannot read the app, and its workers go on.</summary>
    public void KeepFound(string app)
    {
        lock (_gate)
        {
            if (Found.Apps.FirstOrDefault(route => route.App == app) is { } found)
                _routes[app] = found;
        }
    }

    public void Remove(string app)
    {
        lock (_gate)
        {
            if (_routes.Remove(app) && !_holding)
                Write();
        }
    }

    /// <summary>Writes what was put so far, and from now on each change at once. Until every pool has adopted its workers, the table found stays in force.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _holding = false;
            Write();
        }
    }

    long Write()
    {
        var table = _manners with { Revision = 0, Apps = [.. _routes.Values.OrderBy(route => route.App, StringComparer.Ordinal).Select(Shown)] };
        var content = JsonSerializer.Serialize(table, JsonProxying.Default.RouteTable);
        if (content == _written)
            return Revision;
        Revision++;
        Files.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(table with { Revision = Revision }, JsonProxying.Default.RouteTable));
        _written = content;
        return Revision;
    }

    AppRoute Shown(AppRoute route)
    {
        route = route with { Hosts = _hosts, Drained = _drained };
        return _shown.TryGetValue(route.App, out var shown) ? route with { Assets = shown.Assets, Maintenance = shown.Maintenance } : route;
    }

    static RouteTable Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), JsonProxying.Default.RouteTable) ?? RouteTable.Empty;
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return RouteTable.Empty;
        }
    }
}
