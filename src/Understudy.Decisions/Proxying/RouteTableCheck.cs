namespace Understudy.Decisions.Proxying;

/// <summary>
/// Makes a table read from a file whole. JSON leaves null what a file does not name, whatever the type says: an older agent's table lacks
/// the newer fields, and a damaged one may lack any.
/// </summary>
public static class RouteTableCheck
{
    /// <returns>The table with its defaults, or null and what is wrong with it.</returns>
    public static (RouteTable? Table, string? Wrong) Complete(RouteTable? table)
    {
        if (table?.Apps is null) return (null, "it lists no apps");
        if (table.Hop is not (null or { CertificatePath: ['/', ..], KeyPath: ['/', ..], AuthorityPath: ['/', ..] })) return (null, "its hop has no certificate, key or authority");
        var apps = new AppRoute[table.Apps.Count];
        for (var i = 0; i < apps.Length; i++)
        {
            if (table.Apps[i] is not { App.Length: > 0, Pool: { Name.Length: > 0 } pool } app) return (null, $"app {i + 1} has no name or no pool");
            if (Wrong(pool) is { } wrong) return (null, $"the pool of {app.App} {wrong}");
            if (WrongHosts(app) is { } wrongHosts) return (null, $"{app.App} {wrongHosts}");
            if (WrongFiles(app) is { } wrongFiles) return (null, $"{app.App} {wrongFiles}");
            apps[i] = app with { Domains = app.Domains ?? [], Pool = pool with { Workers = pool.Workers ?? [] } };
        }

        return (table with { Apps = apps, TrustedProxies = table.TrustedProxies ?? [] }, null);
    }

    static string? WrongHosts(AppRoute app)
    {
        foreach (var host in app.Hosts)
        {
            if (host is not { Name.Length: > 0, Address.Length: > 0 } || Config.Names.CheckEndpoint(host.Address) is not null) return "has a host without a name or an address";
        }

        return null;
    }

    static string? WrongFiles(AppRoute app)
    {
        foreach (var assets in app.Assets)
        {
            if (assets is not { Folder: ['/', ..], Pattern: not null } || AssetPattern.Parse(assets.Pattern) is null) return "has assets without a folder or a pattern";
        }

        if (app.Maintenance is { RetryAfterSeconds: < 0 }) return "asks to try again in the past";
        return app.Maintenance is { PagePath: not (null or ['/', ..]) } ? "has a maintenance page without a full path" : null;
    }

    static string? Wrong(PoolRoute pool)
    {
        if (pool.Concurrency < 1) return "has no concurrency";
        if (pool.QueueLength < 0) return "has a negative queue";
        if (pool.ReadyPath is not ['/', ..]) return "has no ready path";
        foreach (var worker in pool.Workers ?? [])
        {
            if (worker is not { Id.Length: > 0, Port: > 0 and <= 65535 }) return "has a worker without an id or a port";
        }

        return null;
    }
}
