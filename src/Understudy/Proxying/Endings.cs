namespace Understudy.Proxying;

/// <summary>Attempts that the proxy ends itself: chosen under a pool's gate, ended outside it.</summary>
internal struct Endings
{
    List<CancellationTokenSource>? chosen;

    public void Add(Exchange exchange, AbortReason reason)
    {
        if (exchange.CancellationTaken) return;
        exchange.CancellationTaken = true;
        exchange.Aborted = reason;
        (chosen ??= []).Add(exchange.Cancellation);
    }

    /// <summary>Everything inside a worker or another host, streams included.</summary>
    public void AddAll(Destination destination, AbortReason reason)
    {
        for (var exchange = destination.Inside; exchange is not null; exchange = exchange.Next) Add(exchange, reason);
    }

    /// <summary>Cancelling runs the attempts' continuations: never under a lock, and not one after the other.</summary>
    public readonly void Run()
    {
        if (chosen is null) return;
        foreach (var end in chosen) ThreadPool.UnsafeQueueUserWorkItem(static end => end.Cancel(), end, preferLocal: false);
    }
}
