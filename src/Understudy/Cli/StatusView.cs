using System.Globalization;
using Understudy.Api;

namespace Understudy.Cli;

/// <summary>`status` as text: the host, each app, each pool, each worker.</summary>
internal sealed class StatusView(Screen screen, DateTimeOffset now)
{
    public void Write(HostDocument host)
    {
        screen.Line($"{screen.Paint(Ink.Bold, SafeText.Of(host.Host))}  understudy {host.Version}, agent up {Figures.Age(now - host.StartedAt)}");
        Fact("agent", host.LastSentence);
        Fact("proxy", host.Proxy is null ? "not running: no request is carried" : Of(host.Proxy), host.Proxy is { State: "serving" } ? Ink.None : Ink.Bad);
        Fact("owned by", host.Ownership, host.Ownership.StartsWith("cgroup", StringComparison.Ordinal) ? Ink.None : Ink.Warn);
        Fact("memory", host.Guard?.LastSentence ?? "not guarded (guard: off)", host.Guard switch { null => Ink.Warn, { Step: "calm" } => Ink.None, { Step: "shed" } => Ink.Bad, _ => Ink.Warn });
        foreach (var stale in host.Stale)
            Fact("stale", $"{stale.Id} {stale.Reason}: {Plural(stale.Processes.Count, "process", "processes")}, {Figures.Age(now - stale.Since)}; {stale.KeptBy}", Ink.Bad);
        foreach (var moved in host.Moved)
            Fact("moved", $"{Text(moved.Process.Pid)} {moved.Process.Name} of {moved.Id} has left its cgroup for {moved.Place}", Ink.Warn);
        if (host.Apps.Count == 0)
            Fact("apps", "none: `understudy deploy` in an app's folder, or name folders in agent.yaml");
        foreach (var app in host.Apps)
            Write(app);
    }

    void Fact(string name, string text, Ink ink = Ink.None) => Cut($"{screen.Paint(Ink.Faint, name.PadRight(9))} ", 10, text, ink);

    void Cut(string lead, int used, string text, Ink ink = Ink.None) =>
        screen.Line((lead + screen.Paint(ink, CellWidth.Cut(SafeText.Of(text), Math.Max(20, screen.Width - used)))).TrimEnd());

    string Of(ProxyDocument proxy)
    {
        var age = proxy.StartedAt is { } started ? ", up " + Figures.Age(now - started) : "";
        return $"{proxy.State} at {string.Join(" ", proxy.Listen)}, {Plural(proxy.Connections, "connection")}, {Figures.Memory(proxy.MemoryBytes)}, pid {Text(proxy.Pid)}{age}";
    }

    void Write(AppDocument app)
    {
        screen.Line();
        var where = app.Domains.Count == 0 ? app.Folder : $"{string.Join(" ", app.Domains)}  {app.Folder}";
        var name = SafeText.Of(app.App);
        Cut($"{screen.Paint(Ink.Bold, name)}  ", name.Length + 2, $"release {app.Release}  {where}", Ink.Faint);
        if (app.MaintenanceSince is { } since)
            Cut("  ", 2, $"in maintenance for {Figures.Age(now - since)}: every request gets 503", Ink.Warn);
        if (app.Deploy is { } deploy)
            Cut("  ", 2, deploy.Holder, Ink.Note);
        foreach (var pool in app.Pools)
            Write(pool);
    }

    void Write(PoolDocument pool)
    {
        var parts = new List<string> { $"{Text(pool.Ready)} of {Text(pool.Wanted)} ready" + Bounds(pool) };
        if (pool.TakesRequests)
        {
            var wait = pool.Queued > 0 ? $" (oldest {Figures.Milliseconds(pool.OldestQueuedMs)})" : "";
            parts.Add($"queue {Text(pool.Queued)}/{Text(pool.QueueLength)}{wait}");
            parts.Add($"in flight {Text(pool.InFlight)}/{Text(pool.Ready * pool.Concurrency)}");
            parts.Add($"requests {Figures.Count(pool.Requests)}");
        }
        var name = SafeText.Of(pool.Pool);
        var state = SafeText.Of(pool.State);
        var line = $"  {screen.Paint(Ink.Bold, name)}  {screen.Paint(InkOf(pool.State), state)}";
        var used = 4 + name.Length + state.Length;
        foreach (var part in parts)
        {
            if (used + 2 + part.Length > screen.Width)
            {
                screen.Line(line);
                (line, used) = ("  ", 2);
            }
            line += "  " + part;
            used += 2 + part.Length;
        }
        screen.Line(line);
        if (Trouble(pool) is { Length: > 0 } trouble)
            Cut("    ", 4, trouble, Ink.Warn);
        if (pool.LastSentence.Length > 0)
            Cut("    ", 4, pool.LastSentence, Ink.Faint);
        foreach (var shared in pool.SharedConnections)
            Cut("    ", 4, Short(shared), shared.Grade == "mixed" ? Ink.Bad : Ink.Warn);
        foreach (var worker in pool.Workers.Where(worker => worker.Ailment is not null))
            Cut("    ", 4, $"{worker.Worker}: {worker.Ailment}", Ink.Bad);
        foreach (var host in pool.Hosts)
            Cut("    ", 4, Line(host), host.State == "down" ? Ink.Bad : Ink.None);
        Workers(pool).Write(screen, "    ");
    }

    static string Line(OtherHostDocument host) =>
        $"host {host.Host} {host.State}{(host.LastSentence.Length > 0 ? $" ({host.LastSentence})" : "")}: busy {Text(host.Outstanding)}/{Text(host.Slots)}, {Figures.Count(host.Requests)} requests from here";

    static string Short(SharedConnectionDocument shared) =>
        $"{Plural(shared.Pids.Count, "process", "processes")} of {string.Join(", ", shared.Workers)} on {Plural(shared.Connections, "connection")} to {shared.Peer}: {(shared.Grade == "mixed" ? "answers mix" : "opened before the fork")}; see `understudy doctor`";

    static string Bounds(PoolDocument pool) => pool.Min == pool.Max ? "" : $" ({Text(pool.Min)}-{Text(pool.Max)})";

    static string Trouble(PoolDocument pool)
    {
        var figures = new (long Count, string Name)[] { (pool.Retries, "retried"), (pool.Refused, "refused"), (pool.LostInside, "lost inside"), (pool.TimedOut, "timed out"), (pool.Shed, "shed") };
        var parts = figures.Where(figure => figure.Count > 0).Select(figure => $"{figure.Name} {Figures.Count(figure.Count)}").ToList();
        if (pool.QueueWaitMs >= 1)
            parts.Add($"queue wait {Figures.Milliseconds(pool.QueueWaitMs)}");
        return string.Join("  ", parts);
    }

    TextTable Workers(PoolDocument pool)
    {
        // Which is of which release matters only while there are several.
        var mixed = pool.Workers.DistinctBy(worker => worker.Release).Count() > 1;
        var table = new TextTable(new("WORKER"), new("STATE"), new("AGE", Right: true), new("REQUESTS", Right: true, DropAt: 1), new("BUSY", Right: true),
            new("MEMORY", Right: true), new("PID", Right: true), new("PORT", Right: true, DropAt: 2), new(mixed ? "RELEASE  LAST" : "LAST"));
        foreach (var worker in pool.Workers)
            table.Add(worker.Worker, new(worker.State, InkOf(worker.State)), Figures.Age(now - worker.StartedAt), Figures.Count(worker.Requests), Busy(worker),
                Memory(worker), Text(worker.Pid), worker.Port == 0 ? "-" : Text(worker.Port), new(mixed ? $"{worker.Release}  {worker.LastSentence}" : worker.LastSentence, Ink.Faint));
        return table;
    }

    static string Busy(WorkerDocument worker) => Text(worker.InFlight) + (worker.Streams > 0 ? $"+{Text(worker.Streams)}" : "");

    static string Memory(WorkerDocument worker) => Figures.Memory(worker.MemoryBytes) + (worker.Processes > 1 ? $"/{Text(worker.Processes)}p" : "");

    static Ink InkOf(string state) => state switch
    {
        "steady" or "ready" => Ink.Good,
        "degraded" or "crash loop" or "down" or "killing" => Ink.Bad,
        _ => Ink.Warn,
    };

    static string Plural(int count, string noun, string? plural = null) => $"{Text(count)} {(count == 1 ? noun : plural ?? noun + "s")}";

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
