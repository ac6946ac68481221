using System.Collections.Concurrent;
using System.Diagnostics;

namespace Understudy.Lab.Harness;

/// <summary>Clients that ask pages, one after the other, until they are told to stop. Each keeps its connection.</summary>
sealed class Load : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _failures = [];
    readonly ConcurrentDictionary<string, int> _tags = [];
    readonly Task _running;
    int _answered;
    long _slowest;

    Load(int port, int clients, Func<Client, int, Task<HttpAnswer>> ask, TimeSpan? patience = null) =>
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => Run(port, number, ask, patience))));

    public int Answered => _answered;

    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowest));

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>The releases that answered, by their X-Tag, and how often each did.</summary>
    public IReadOnlyDictionary<string, int> Tags => _tags;

    /// <param name="paths">Asked in turn by each client.</param>
    public static Load Of(int port, int clients, params string[] paths) => new(port, clients, (client, turn) => client.Get(paths[turn % paths.Length]));

    /// <param name="patience">Each gives up a page after this.</param>
    public static Load Of(int port, int clients, Func<Client, int, Task<HttpAnswer>> ask, TimeSpan? patience = null) => new(port, clients, ask, patience);

    /// <summary>Not one page failed so far.</summary>
    public void NeverFailed() => Assert.True(_failures.IsEmpty, string.Join('\n', _failures));

    /// <summary>Waits until so many more pages were answered, so that whatever happened was under load.</summary>
    public async Task More(int pages)
    {
        var wanted = _answered + pages;
        await Eventually.Until($"{pages} more answers", 60.Seconds(), () => _answered >= wanted);
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stop.Dispose();
    }

    async Task Run(int port, int number, Func<Client, int, Task<HttpAnswer>> ask, TimeSpan? patience)
    {
        using var client = new Client(port) { Patience = patience ?? 60.Seconds() };
        for (var turn = number; !_stop.IsCancellationRequested; turn++)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var answer = await ask(client, turn);
                if (answer.Header("X-Tag") is { } tag)
                    _tags.AddOrUpdate(tag, 1, (_, count) => count + 1);
                if (answer.Status is >= 200 and < 400)
                    Interlocked.Increment(ref _answered);
                else
                    Fail($"{answer.Status}: {answer.Body}");
            }
            catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException or OperationCanceledException or FormatException)
            {
                Fail(failure.Message);
            }
            var took = Stopwatch.GetElapsedTime(began).Ticks;
            for (var before = _slowest; took > before; before = _slowest)
                Interlocked.CompareExchange(ref _slowest, took, before);
            // A pause keeps two cores free enough for what is being tested.
            await Eventually.Pause(5);
        }
    }

    void Fail(string what) => _failures.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}");
}
