using System.Collections.Concurrent;
using System.Net;

namespace Understudy.Tests.Proxying;

/// <summary>Clients that ask without pause and never retry: two in three keep their connections, one opens a new one for each request.</summary>
sealed class EdgeLoad : IAsyncDisposable
{
    readonly List<Task> clients;
    readonly IPEndPoint to;
    readonly string? body;
    bool stopped;

    /// <param name="body">They POST it; null: they GET.</param>
    public EdgeLoad(IPEndPoint to, int count, string? body = null)
    {
        (this.to, this.body) = (to, body);
        clients = [.. Enumerable.Range(0, count).Select(i => Task.Run(() => Run(fresh: i % 3 == 0)))];
    }

    public ConcurrentQueue<string> Errors { get; } = new();

    /// <summary>Answers by their bodies.</summary>
    public ConcurrentDictionary<string, int> Answers { get; } = new();

    public int Answered => Answers.Values.Sum();

    public async Task Stop()
    {
        Volatile.Write(ref stopped, true);
        await Task.WhenAll(clients).Within();
    }

    public async ValueTask DisposeAsync() => await Stop();

    async Task Run(bool fresh)
    {
        EdgeClient? client = null;
        while (!Volatile.Read(ref stopped))
        {
            try
            {
                client ??= await EdgeClient.Connect(to);
                Answers.AddOrUpdate(await (body is null ? client.Get() : client.Post(body)), 1, (_, n) => n + 1);
                if (!fresh && !client.Closed) continue;
            }
            catch (Exception failed)
            {
                Errors.Enqueue(failed.GetType().Name + ": " + failed.Message);
            }

            client?.Dispose();
            client = null;
        }

        client?.Dispose();
    }
}
