using System.Globalization;
using Understudy.Linux;

namespace Understudy.Workers;

/// <summary>What a worker, or a command of `run`, finds in its environment. Nothing of the agent's own goes on, except where to find programs and how to speak.</summary>
static class WorkerEnvironment
{
    static readonly string[] HandedOn = ["PATH", "LANG", "LC_ALL", "TZ"];

    /// <param name="secrets">What `env set` has set: they win over the configuration's own.</param>
    public static Dictionary<string, string> For(HostedApp app, IReadOnlyDictionary<string, string> secrets)
    {
        var user = app.User is { } name ? Users.Find(name) : Users.Current;
        var env = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["LANG"] = "C.UTF-8",
            ["SHELL"] = "/bin/sh",
            ["HOME"] = app.Home ?? user?.Home ?? "/",
            ["USER"] = user?.Name ?? "nobody",
            ["LOGNAME"] = user?.Name ?? "nobody",
            // One worker is one server process; how many there are is the pool's matter.
            ["WEB_CONCURRENCY"] = "1",
            ["UNDERSTUDY_APP"] = app.Config.App,
            ["UNDERSTUDY_RELEASE"] = app.Release,
        };
        foreach (var key in HandedOn)
        {
            if (Environment.GetEnvironmentVariable(key) is { Length: > 0 } value)
                env[key] = value;
        }
        foreach (var (key, value) in app.Config.Env.Concat(secrets))
            env[key] = value;
        return env;
    }

    /// <param name="port">0 for a process type that takes no requests.</param>
    public static Dictionary<string, string> For(HostedApp app, IReadOnlyDictionary<string, string> secrets, string pool, string marker, int port, string? notifySocket)
    {
        var env = For(app, secrets);
        env["UNDERSTUDY_POOL"] = pool;
        env[MarkerOwnership.Marker] = marker;
        if (port != 0)
        {
            env["PORT"] = port.ToString(CultureInfo.InvariantCulture);
            env["ASPNETCORE_HTTP_PORTS"] = env["PORT"];
        }
        if (notifySocket is not null)
            env["NOTIFY_SOCKET"] = notifySocket;
        return env;
    }
}
