using System.Text.Json;
using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>Follows the route table on disk: applies each new one, and keeps the last good one while the file is damaged or missing.</summary>
internal sealed class RouteFile : IAsyncDisposable
{
    /// <summary>Looked at so often even if the kernel reports no change.</summary>
    static readonly TimeSpan fallback = TimeSpan.FromSeconds(2);

    readonly string path;
    readonly Action<RouteTable> apply;
    readonly Action<string> complain;
    readonly SemaphoreSlim changed = new(0);
    readonly CancellationTokenSource stopping = new();
    FileSystemWatcher? watcher;
    Task loop = Task.CompletedTask;
    (DateTime Written, long Length) seen;
    bool complained;

    public RouteFile(string path, Action<RouteTable> apply, Action<string> complain)
    {
        this.path = path;
        this.apply = apply;
        this.complain = complain;
    }

    /// <summary>Reads the table that is there, if any, and begins to follow it.</summary>
    public void Start()
    {
        Read();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        watcher.Changed += (_, _) => changed.Release();
        watcher.Created += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        Read();
        loop = Follow();
    }

    async Task Follow()
    {
        while (!stopping.IsCancellationRequested)
        {
            await ((Task)changed.WaitAsync(fallback, stopping.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Read();
        }
    }

    void Read()
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || (file.LastWriteTimeUtc, file.Length) == seen) return;
            var bytes = File.ReadAllBytes(path);
            var (table, wrong) = RouteTableCheck.Complete(JsonSerializer.Deserialize(bytes, JsonProxying.Default.RouteTable));
            if (table is null) throw new JsonException(wrong);
            seen = (file.LastWriteTimeUtc, file.Length);
            complained = false;
            apply(table);
        }
        // Whatever is wrong with a file, the requests go on by the last good one.
        catch (Exception damaged)
        {
            if (!complained) complain($"The route table {path} cannot be read ({damaged.Message}). The last good one stays in force; the agent writes a new one when it runs.");
            complained = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        watcher?.Dispose();
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
        changed.Dispose();
    }
}
