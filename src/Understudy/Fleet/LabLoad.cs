using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Understudy.Fleet;

/// <summary>Clients that ask a page at a steady rate and measure. Each time counts from when the request was due, so that a client held up by one answer hides nothing.</summary>
sealed class LabLoad(IPEndPoint to, string path, int clients, int rate)
{
    /// <summary>An answer that takes longer is a failure.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Lock _gate = new();
    readonly List<double> _tookMs = [];
    readonly Dictionary<string, int> _failures = [];
    long _from;

    /// <param name="each">Told of each second's figures.</param>
    public async Task<LabFigures> Run(TimeSpan length, Action<LabFigures> each, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(length);
        _from = Stopwatch.GetTimestamp();
        var visiting = Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(() => Visit(number, over.Token), CancellationToken.None)));
        var seen = 0;
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!visiting.IsCompleted)
        {
            await Task.WhenAny(visiting, second.WaitForNextTickAsync(CancellationToken.None).AsTask());
            if (visiting.IsCompleted)
                break;
            lock (_gate)
            {
                each(LabFigures.Of(_tookMs[seen..], _failures, 1));
                seen = _tookMs.Count;
            }
        }
        await visiting;
        return LabFigures.Of(_tookMs, _failures, Stopwatch.GetElapsedTime(_from).TotalSeconds);
    }

    async Task Visit(int number, CancellationToken over)
    {
        using var visitor = new LabVisitor(to, path);
        var every = (double)clients / rate;
        for (var turn = 0; ; turn++)
        {
            var due = (turn + ((double)number / clients)) * every;
            var early = TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(_from);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return;
            await Once(visitor, due);
        }
    }

    async Task Once(LabVisitor visitor, double due)
    {
        string? failure = null;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            if (await visitor.Ask(patience.Token) is var status and not (>= 200 and < 400))
                failure = $"status {status}";
        }
        catch (Exception failed) when (failed is IOException or SocketException or OperationCanceledException or FormatException)
        {
            failure = failed is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : failed.Message;
        }
        lock (_gate)
        {
            _tookMs.Add((Stopwatch.GetElapsedTime(_from).TotalSeconds - due) * 1000);
            if (failure is not null)
                _failures[failure] = _failures.GetValueOrDefault(failure) + 1;
        }
    }
}
