using System.Collections.Concurrent;
using System.Diagnostics;
using Understudy.Lab.Harness;

namespace Understudy.Bench.Loads;

/// <summary>
/// Real pages with their assets at a fixed rate, whatever comes back. A request's time counts from the moment at which it was due. Connections are
/// kept and used in turn; nothing is asked twice, so that no failure is hidden.
/// </summary>
sealed class PageLoad : IDisposable
{
    public const int PerSecond = 200;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly long Interval = Stopwatch.Frequency / PerSecond;
    readonly int _port;
    readonly Visits _visits;
    readonly Thread _asking;
    readonly ConcurrentQueue<Client> _idle = [];
    readonly ConcurrentQueue<Asked> _asked = [];
    volatile bool _stop;
    int _inFlight;

    public PageLoad(int port, IReadOnlyList<string> pages)
    {
        (_port, _visits) = (port, new Visits(pages));
        _asking = new Thread(AskAll) { IsBackground = true, Name = "load" };
        _asking.Start();
    }

    public LoadFigures Between(long from, long to) => LoadFigures.Of([.. _asked.Where(one => one.DueAt >= from && one.DueAt < to)]);

    /// <summary>Asks no more, and waits for the answers.</summary>
    public void Stop()
    {
        _stop = true;
        _asking.Join();
        SpinWait.SpinUntil(() => Volatile.Read(ref _inFlight) == 0, Patience + TimeSpan.FromSeconds(5));
    }

    public void Dispose()
    {
        Stop();
        foreach (var client in _idle)
            client.Dispose();
    }

    void AskAll()
    {
        var due = Stopwatch.GetTimestamp();
        for (; !_stop; due += Interval)
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
                Thread.Sleep(wait);
            Interlocked.Increment(ref _inFlight);
            _ = Ask(due);
        }
    }

    async Task Ask(long due)
    {
        var (path, reader) = _visits.Next();
        var client = _idle.TryDequeue(out var kept) ? kept : new Client(_port) { Patience = Patience };
        string? failure = null;
        var missing = false;
        try
        {
            var answer = await client.Get(path);
            missing = reader is null && answer.Status == 404;
            failure = missing ? "missing assets"
                : answer.Status is < 200 or >= 400 ? $"status {answer.Status} of {path}"
                : reader is not null && !answer.Body.Contains("</html>", StringComparison.Ordinal) ? $"{answer.Header("Content-Type")} of {answer.Body.Length} characters that is no page, of {path}"
                : null;
            if (failure is null && reader is not null)
                _visits.Read(reader, answer.Body);
        }
        catch (Exception lost)
        {
            failure = lost is OperationCanceledException ? "timed out" : lost.Message;
        }
        _asked.Enqueue(new Asked(due, Stopwatch.GetElapsedTime(due), failure, missing));
        _idle.Enqueue(client);
        Interlocked.Decrement(ref _inFlight);
    }
}
