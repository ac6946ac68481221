using System.Text.Json;
using Understudy.Api;
using Understudy.Linux;

namespace Understudy.Lab.Harness;

/// <summary>One host: the published agent under a supervisor that starts it again when it ends, its proxy and its workers, under a root of its own.</summary>
sealed class Host : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly LabFolder _folder = new();
    readonly SemaphoreSlim _starting = new(1);
    readonly IReadOnlyDictionary<string, string>? _env;
    readonly Task _supervising;
    Started _agent;

    Host(string binary, int port, IEnumerable<string> apps, string more, IReadOnlyDictionary<string, string>? env)
    {
        _env = env;
        Binary = binary;
        Port = port;
        Directory.CreateDirectory(_folder["etc"]);
        var listen = more.Contains("listen:", StringComparison.Ordinal) ? "" : "listen: [\"http://127.0.0.1:$PORT\"]\n";
        var hosted = string.Concat(apps.Select(app => $"  - {{path: {app}, user: root}}\n"));
        var yaml = $"{listen}{(hosted.Length == 0 ? "" : "apps:\n" + hosted)}{more}";
        File.WriteAllText(_folder["etc/agent.yaml"], yaml.Replace("$PORT", $"{port}", StringComparison.Ordinal));
        _agent = StartAgent();
        _supervising = Supervise();
    }

    /// <summary>The binary that the supervisor starts next.</summary>
    public string Binary { get; set; }

    public int Port { get; }

    public string Root => _folder.Path;

    public int AgentPid => _agent.Process.Id;

    public string AgentOutput => _agent.Output;

    /// <summary>Starts a host and waits until every pool is steady, or until what is told. Without apps, it waits for their deploy.</summary>
    /// <param name="more">More lines of agent.yaml. With a `listen:` among them, $PORT stands for this host's port.</param>
    /// <param name="env">More variables for the agent itself.</param>
    public static async Task<Host> Serve(
        IReadOnlyList<string> apps, string more = "", string? binary = null, IReadOnlyDictionary<string, string>? env = null, Func<HostDocument, bool>? until = null)
    {
        var host = new Host(binary ?? Repository.Binary, Kernel.FreePort(), apps, more, env);
        try
        {
            until ??= status => status.Apps.Count == apps.Count && status.Apps.All(app => app.Pools.All(pool => pool.State == "steady"));
            await host.Until("every pool is as it should be", 60.Seconds(), until);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async Task<HostDocument?> Status()
    {
        var (code, output) = await Run("status", "--json");
        return code == 0 ? JsonSerializer.Deserialize(output, JsonDocuments.Default.HostDocument) : null;
    }

    public async Task<IReadOnlyList<WorkerDocument>> Workers(string state = "ready") =>
        (await Status())?.Apps.SelectMany(app => app.Pools).SelectMany(pool => pool.Workers).Where(worker => worker.State == state).ToList() ?? [];

    /// <summary>The newest events, the oldest of them first.</summary>
    public async Task<IReadOnlyList<EventDocument>> Events() =>
        [.. (await Run("events", "--json", "-n", "1000")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, JsonDocuments.Default.EventDocument)!)];

    /// <summary>Where the kernel keeps a worker's processes.</summary>
    public string CgroupOf(WorkerDocument worker) => Path.Combine(((CgroupOwnership)Ownership.For(new Paths(Root))).Folder, $"{worker.App}.{worker.Worker}");

    /// <summary>Every process of a worker; none once it is gone.</summary>
    public IReadOnlyList<int> ProcessesOf(WorkerDocument worker) => Ownership.For(new Paths(Root)).Processes($"{worker.App}.{worker.Worker}", worker.Pid);

    /// <summary>Runs a verb against this host.</summary>
    public async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using var verb = new Started(Binary, [.. arguments, "--root", Root]);
        var code = await verb.Exit(60.Seconds());
        return (code, verb.Output);
    }

    public async Task Until(string what, TimeSpan within, Func<HostDocument, bool> condition)
    {
        HostDocument? last = null;
        try
        {
            await Eventually.Until(what, within, async () => (last = await Status()) is { } status && condition(status));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\nagent: {AgentOutput}\n{await Describe()}", late);
        }
    }

    /// <summary>What a person would look at when it went wrong.</summary>
    public async Task<string> Describe()
    {
        var logs = Directory.Exists(_folder["log"]) ? Directory.EnumerateFiles(_folder["log"], "*.log", SearchOption.AllDirectories).Select(path => $"--- {path}\n{Tail(path)}") : [];
        return $"{(await Run("status")).Output}\n{(await Run("events", "-n", "40")).Output}\n{string.Join('\n', logs)}";
    }

    /// <summary>kill -9; the supervisor starts another at once.</summary>
    public async Task KillAgent()
    {
        var before = AgentPid;
        Kernel.Kill(before);
        await Eventually.Until("another agent answers", 20.Seconds(), async () => AgentPid != before && await Status() is not null);
    }

    /// <summary>kill -9, and no other is started until the deed is done.</summary>
    public async Task WithoutAgent(Func<Task> meanwhile)
    {
        await _starting.WaitAsync();
        try
        {
            Kernel.Kill(AgentPid);
            await Eventually.Until("the agent is gone", 20.Seconds(), () => _agent.Ended);
            await meanwhile();
        }
        finally
        {
            _starting.Release();
        }
        await Eventually.Until("another agent answers", 20.Seconds(), async () => await Status() is not null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
        _agent.Dispose();
        _starting.Dispose();
        var ownership = Ownership.For(new Paths(Root));
        await Eventually.Until("nothing of the host is left", 30.Seconds(), () =>
        {
            foreach (var id in ownership.Found())
            {
                ownership.Kill(id, 0);
                ownership.Release(id);
            }
            return ownership.Found().Count == 0;
        });
        ownership.End();
        _folder.Dispose();
    }

    Started StartAgent() => new(Binary, ["agent", "--root", Root], env: _env);

    async Task Supervise()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _starting.WaitAsync();
            if (_agent.Ended)
            {
                var ended = _agent;
                _agent = StartAgent();
                ended.Dispose();
            }
            _starting.Release();
            await Eventually.Pause(20);
        }
    }

    static string Tail(string path) => string.Join('\n', File.ReadLines(path).TakeLast(15));
}
